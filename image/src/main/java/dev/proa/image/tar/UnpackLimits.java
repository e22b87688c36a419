package dev.proa.image.tar;

import dev.proa.image.ImageFailure;
import java.util.Map;

/**
 * Limits for unpacking an image.
 *
 * @param imageBytes total size of an image's files, and of its compressed layers
 * @param ratio largest compression ratio above {@code ratioFloor} (files of zeros reach a thousand)
 * @param ratioFloor bytes that a layer may have at any compression ratio
 * @param entries entries of a layer, including directories that it does not list; each takes an inode
 * @param depth nesting of directories
 * @param headerBytes headers of one entry: names, links, attributes
 * @param nameBytes memory for what must be remembered of a layer while it is unpacked
 * @param freeBytes disk space that must stay free for other writers
 */
public record UnpackLimits(
        long imageBytes,
        int ratio,
        long ratioFloor,
        int entries,
        int depth,
        int headerBytes,
        long nameBytes,
        long freeBytes) {

    /** Environment variable: an image's bytes in GiB. */
    public static final String IMAGE_GIB = "PROA_MAX_IMAGE_GIB";

    /** The default limits, which fit every common image with room to spare. */
    public static final UnpackLimits DEFAULT =
            new UnpackLimits(20L << 30, 200, 512L << 20, 1_000_000, 256, 256 << 10, 128L << 20, 256L << 20);

    /**
     * The default limits, with the image's bytes as the environment tells.
     *
     * @throws ImageFailure when it is not a whole number from 1 to 1,000,000
     */
    public static UnpackLimits of(Map<String, String> environment) {
        String given = environment.get(IMAGE_GIB);
        if (given == null || given.isBlank()) {
            return DEFAULT;
        }
        if (!given.matches("[1-9][0-9]{0,5}")) {
            throw ImageFailure.invalid(IMAGE_GIB + " must be a whole number of GiB, not \"" + given + "\"");
        }
        return DEFAULT.withImageBytes(Long.parseLong(given) << 30);
    }

    /** The same with another size of an image. */
    public UnpackLimits withImageBytes(long bytes) {
        return new UnpackLimits(bytes, ratio, ratioFloor, entries, depth, headerBytes, nameBytes, freeBytes);
    }

    /** The limits for the next layer of an image whose layers so far have this many bytes. */
    public UnpackLimits after(long bytes) {
        return withImageBytes(Math.max(0, imageBytes - bytes));
    }

    /** Rejects an image whose announced size exceeds the limit, before anything is downloaded. */
    public void requireDownload(Iterable<Long> sizes) {
        long left = imageBytes;
        for (long size : sizes) {
            left -= Math.min(size, imageBytes + 1);
            if (left < 0) {
                throw tooLarge("the image is announced");
            }
        }
    }

    /**
     * Rejects content that has grown too large.
     *
     * @param plain bytes so far
     * @param packed compressed bytes read for them
     */
    public void require(long plain, long packed) {
        if (plain > imageBytes) {
            throw tooLarge("the layer makes the image turn out");
        }
        if (plain > ratioFloor && plain / ratio > packed) {
            throw ImageFailure.invalid("the layer is more than " + ratio
                    + " times larger than its compressed form (and than " + (ratioFloor >> 20)
                    + " MiB), as no honest one is; make an image without large files of zeros");
        }
    }

    /** The failure of something that exceeds an image's size limit. */
    ImageFailure tooLarge(String what) {
        return ImageFailure.invalid(what + " to be larger than an image may be; if it has to be, set the environment "
                + "variable " + IMAGE_GIB + " for proa's server to its size in GiB (default "
                + (DEFAULT.imageBytes >> 30) + ")");
    }
}
