package dev.proa.image.tar;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** The compression of an untrusted file, told by its first bytes: whoever made the file may have named it wrongly. */
public enum Decompression {
    NONE,
    /** RFC 1952, any number of members. */
    GZIP,
    /** RFC 8878, any number of frames. */
    ZSTD;

    private static final int BUFFER = 1 << 17;
    private static final int MAGIC_BYTES = 4;
    private static final int ZSTD_MAGIC = 0xfd2fb528;
    /** The last four bits of a skippable frame's magic number are free. */
    private static final int ZSTD_SKIPPABLE = 0x184d2a50;
    /** A window, which takes as much memory, has at most 2 to the power of this: what {@code zstd --ultra} may use. */
    private static final int ZSTD_WINDOW_LOG = 27;

    /** Looks at the first bytes, and leaves the stream where it was. */
    public static Decompression of(BufferedInputStream in) throws IOException {
        in.mark(MAGIC_BYTES);
        byte[] magic = in.readNBytes(MAGIC_BYTES);
        in.reset();
        if (magic.length >= 2 && (magic[0] & 0xff) == 0x1f && (magic[1] & 0xff) == 0x8b) {
            return GZIP;
        }
        if (magic.length < MAGIC_BYTES) {
            return NONE;
        }
        int number = magic[0] & 0xff | (magic[1] & 0xff) << 8 | (magic[2] & 0xff) << 16 | (magic[3] & 0xff) << 24;
        return number == ZSTD_MAGIC || (number & ~0xf) == ZSTD_SKIPPABLE ? ZSTD : NONE;
    }

    /** The plain content. It may be of any size, so the caller limits what is read. */
    public InputStream open(InputStream in) throws IOException {
        return switch (this) {
            case NONE -> in;
            case GZIP -> new GZIPInputStream(in, BUFFER);
            case ZSTD -> new ZstdInputStream(in).setLongMax(ZSTD_WINDOW_LOG);
        };
    }

    /** The plain content of a file whose compression is not known. */
    public static InputStream plain(InputStream file) throws IOException {
        BufferedInputStream in = new BufferedInputStream(file, BUFFER);
        return of(in).open(in);
    }
}
