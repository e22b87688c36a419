package dev.proa.image.layer;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.MediaTypes;
import dev.proa.image.store.BlobWriter;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Writes the archive of a layer into a store, compressed or not. */
final class LayerWriter {
    private static final int BUFFER = 1 << 16;

    private LayerWriter() {}

    /** Writes an uncompressed archive. */
    interface Archive {
        void writeTo(OutputStream out) throws IOException;
    }

    static Image.Layer write(ImageStore store, Compression compression, Archive archive) throws IOException {
        try (BlobWriter blob = store.newBlob()) {
            return switch (compression) {
                case NONE -> {
                    archive.writeTo(blob);
                    Descriptor descriptor = blob.commit(MediaTypes.LAYER_TAR);
                    yield new Image.Layer(descriptor, descriptor.digest());
                }
                case GZIP -> {
                    MessageDigest diffId = Digest.newSha256();
                    GZIPOutputStream gzip = new FastGzip(blob);
                    archive.writeTo(new DigestOutputStream(gzip, diffId));
                    gzip.finish();
                    yield new Image.Layer(blob.commit(MediaTypes.LAYER_GZIP), Digest.sha256(diffId.digest()));
                }
            };
        }
    }

    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, BUFFER);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
