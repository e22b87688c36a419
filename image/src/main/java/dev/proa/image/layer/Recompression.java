package dev.proa.image.layer;

import dev.proa.image.Descriptor;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Manifest;
import dev.proa.image.MediaTypes;
import dev.proa.image.store.BlobWriter;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.Decompression;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Makes the same image with its layers compressed in another way: its id and files stay, the digest of its manifest changes. */
public final class Recompression {
    private final ImageStore store;
    private final Compression compression;
    private final boolean plainOnly;

    /** @param compression of the layers that are not compressed so already */
    public Recompression(ImageStore store, Compression compression) {
        this(store, compression, false);
    }

    private Recompression(ImageStore store, Compression compression, boolean plainOnly) {
        this.store = store;
        this.compression = compression;
        this.plainOnly = plainOnly;
    }

    /** For an image that is to travel: layers that are not compressed get gzip, which everybody reads; others stay. */
    public static Recompression forTransfer(ImageStore store) {
        return new Recompression(store, Compression.GZIP, true);
    }

    /**
     * Compresses the layers of an image, side by side.
     *
     * @return the manifest, without a name; that of the image itself when there was nothing to do
     */
    public Descriptor of(Image image) {
        List<Descriptor> layers =
                new ArrayList<>(image.layers().parallelStream().map(this::layer).toList());
        if (layers.equals(image.manifest().layers())) {
            return image.descriptor();
        }
        Descriptor config = image.manifest().config();
        Manifest manifest = new Manifest(
                MediaTypes.MANIFEST,
                new Descriptor(MediaTypes.CONFIG, config.digest(), config.size()),
                layers,
                image.manifest().annotations());
        return store.write(MediaTypes.MANIFEST, manifest.toBytes());
    }

    private Descriptor layer(Image.Layer layer) {
        try (BufferedInputStream in =
                        new BufferedInputStream(store.read(layer.descriptor().digest()));
                BlobWriter blob = store.newBlob()) {
            Decompression present = Decompression.of(in);
            boolean stays =
                    plainOnly ? present != Decompression.NONE : present.name().equals(compression.name());
            if (stays) {
                return layer.descriptor();
            }
            MessageDigest diffId = layer.diffId().newComputation();
            try (InputStream plain = new DigestInputStream(present.open(in), diffId);
                    OutputStream packed = compression.compress(new Unclosed(blob))) {
                plain.transferTo(packed);
            }
            if (!layer.diffId().matches(diffId.digest())) {
                throw ImageFailure.invalid("layer " + layer.diffId() + " is corrupt: its content has another digest");
            }
            return blob.commit(compression.layerType());
        } catch (IOException e) {
            throw ImageFailure.storage(
                    "cannot compress layer " + layer.descriptor().digest(), e);
        }
    }
}
