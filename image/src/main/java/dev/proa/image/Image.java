package dev.proa.image;

import java.util.ArrayList;
import java.util.List;

/**
 * An image with its manifest and configuration.
 *
 * @param descriptor of the manifest
 * @param names the references that name it, in no particular order
 */
public record Image(Descriptor descriptor, Manifest manifest, ImageConfig config, List<Reference> names) {

    public Image {
        names = List.copyOf(names);
        if (manifest.layers().size() != config.diffIds().size()) {
            throw ImageFailure.invalid("image " + descriptor.digest() + " is malformed: its manifest has "
                    + manifest.layers().size() + " layers, its configuration "
                    + config.diffIds().size());
        }
    }

    /** The digest of the manifest: what {@code name@sha256:...} refers to. */
    public Digest digest() {
        return descriptor.digest();
    }

    /** The digest of the configuration: what container runtimes call the image's id. */
    public Digest id() {
        return manifest.config().digest();
    }

    /** The layers, the lowest first. */
    public List<Layer> layers() {
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < manifest.layers().size(); i++) {
            layers.add(new Layer(manifest.layers().get(i), config.diffIds().get(i)));
        }
        return layers;
    }

    /** The total size of its blobs in bytes, as stored (compressed or not). */
    public long size() {
        return manifest.layers().stream().mapToLong(Descriptor::size).sum()
                + manifest.config().size();
    }

    /**
     * One layer of an image.
     *
     * @param descriptor of the blob, compressed or not
     * @param diffId digest of the uncompressed archive, which identifies the layer's content
     */
    public record Layer(Descriptor descriptor, Digest diffId) {}
}
