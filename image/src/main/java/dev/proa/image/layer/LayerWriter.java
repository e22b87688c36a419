package dev.proa.image.layer;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.store.BlobWriter;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;

/** Writes the archive of a layer into a store, compressed or not. */
final class LayerWriter {
    private LayerWriter() {}

    /** Writes an uncompressed archive. */
    interface Archive {
        void writeTo(OutputStream out) throws IOException;
    }

    static Image.Layer write(ImageStore store, Compression compression, Archive archive) throws IOException {
        try (BlobWriter blob = store.newBlob()) {
            if (compression == Compression.NONE) {
                archive.writeTo(blob);
                Descriptor descriptor = blob.commit(compression.layerType());
                return new Image.Layer(descriptor, descriptor.digest());
            }
            MessageDigest diffId = Digest.newSha256();
            // Closing the compressor must not close the blob before it is committed.
            try (OutputStream packed = compression.compress(new Unclosed(blob))) {
                archive.writeTo(new DigestOutputStream(packed, diffId));
            }
            return new Image.Layer(blob.commit(compression.layerType()), Digest.sha256(diffId.digest()));
        }
    }
}
