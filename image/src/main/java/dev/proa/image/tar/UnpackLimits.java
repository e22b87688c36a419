package dev.proa.image.tar;

import dev.proa.image.ImageFailure;
import java.util.Map;

/**
 * How much an image may cost the machine that unpacks it.
 *
 * @param imageBytes of all files of an image, and of its compressed layers
 * @param ratio how many bytes a byte of a compressed layer may become, above {@code ratioFloor}: files of zeros become a thousand
 * @param ratioFloor bytes that every layer may have, however well they were compressed
 * @param entries of a layer, with the directories it does not list; each costs the disk an inode
 * @param depth directories in one another
 * @param headerBytes of what stands before the content of one entry: names, links, attributes
 * @param nameBytes of memory for what has to be remembered of a layer while it is unpacked
 * @param freeBytes that stay free on the disk, for all else that writes there
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

    /** What fits every image in common use, with room. */
    public static final UnpackLimits DEFAULT =
            new UnpackLimits(20L << 30, 200, 512L << 20, 1_000_000, 256, 256 << 10, 128L << 20, 256L << 20);

    /**
     * The default limits, with the image's bytes as the environment tells.
     *
     * @throws ImageFailure when it tells no whole number from 1 to 1,000,000
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

    /** What is left for the next layer of an image whose layers so far have so many bytes. */
    public UnpackLimits after(long bytes) {
        return withImageBytes(Math.max(0, imageBytes - bytes));
    }

    /** Refuses an image of which more is announced than it may have, before any of it is fetched. */
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
     * Refuses content that has grown too large.
     *
     * @param plain bytes of it
     * @param packed bytes that it was made of
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

    /** The failure of what has more bytes than an image may have. */
    ImageFailure tooLarge(String what) {
        return ImageFailure.invalid(what + " to be larger than an image may be; if it has to be, set the environment "
                + "variable " + IMAGE_GIB + " for proa's server to its size in GiB (default "
                + (DEFAULT.imageBytes >> 30) + ")");
    }
}
