package dev.proa.image.layer;

import com.github.luben.zstd.ZstdOutputStream;
import dev.proa.image.MediaTypes;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** The compression of a layer's archive. It does not affect the layer's diffID. */
public enum Compression {
    /**
     * None, for layers that stay on this machine: several times faster to write and unpack, and jars do not shrink
     * anyway.
     */
    NONE(MediaTypes.LAYER_TAR),
    /** Gzip at its fastest level, for layers that are transferred. */
    GZIP(MediaTypes.LAYER_GZIP),
    /** Zstandard at its usual level: smaller than gzip and faster to unpack. Old clients cannot read it. */
    ZSTD(MediaTypes.LAYER_ZSTD);

    private static final int BUFFER = 1 << 16;

    private final String layerType;

    Compression(String layerType) {
        this.layerType = layerType;
    }

    /** The media type of a layer that is compressed so. */
    public String layerType() {
        return layerType;
    }

    /** Compresses what is written; closing finishes the compressed data and closes {@code out}. */
    public OutputStream compress(OutputStream out) throws IOException {
        return switch (this) {
            case NONE -> out;
            case GZIP -> new FastGzip(out);
            // No checksum, as container tools write it: the digest is one.
            case ZSTD -> new ZstdOutputStream(out).setChecksum(false);
        };
    }

    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, BUFFER);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
