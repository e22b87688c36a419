package dev.proa.node.sandbox.image;

import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.LayerStore;
import dev.proa.image.tar.UnpackLimits;
import dev.proa.node.cri.ImageService;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Serves the images of an {@link ImageStore}, with their layers unpacked for overlay mounts. */
public final class StoredImages implements RootFilesystems, ImageService {
    /** Fetches images from a registry into the store. */
    public interface Puller {
        /**
         * Pulls an image into the store and names it there.
         *
         * @throws ImageFailure when it cannot be pulled
         */
        dev.proa.image.Image pull(Reference reference, ImageService.@Nullable Credentials credentials);
    }

    private final ImageStore images;
    private final LayerStore layers;
    private final Puller puller;

    private StoredImages(ImageStore images, LayerStore layers, Puller puller) {
        this.images = images;
        this.layers = layers;
        this.puller = puller;
    }

    /**
     * Opens the layers of a store.
     *
     * @param layers directory for unpacked layers; needs a file system that overlay mounts can be made of, such as ext4 or xfs
     * @param limits for each image
     * @param puller pulls images that are not in the store
     */
    public static StoredImages open(ImageStore images, Path layers, UnpackLimits limits, Puller puller) {
        return new StoredImages(images, LayerStore.open(layers, images, new OverlayWhiteouts(), limits), puller);
    }

    @Override
    public ImageService images() {
        return this;
    }

    @Override
    public Root prepare(String reference) {
        dev.proa.image.Image image = images.find(reference)
                .orElseThrow(() -> new RuntimeFailure(
                        Reason.NOT_FOUND, "image \"" + reference + "\" is not on this node; pull it first"));
        try {
            return new Root(image.id().toString(), layers.unpack(image), image.config());
        } catch (ImageFailure e) {
            throw translate(e);
        }
    }

    @Override
    public String pull(String reference, @Nullable Credentials credentials) {
        try {
            dev.proa.image.Image image = puller.pull(Reference.parse(reference), credentials);
            layers.unpack(image);
            return image.id().toString();
        } catch (ImageFailure e) {
            throw translate(e);
        }
    }

    @Override
    public ImageService.@Nullable Image find(String reference) {
        try {
            return images.find(reference).map(this::describe).orElse(null);
        } catch (ImageFailure e) {
            throw translate(e);
        }
    }

    @Override
    public List<ImageService.Image> list() {
        return images.list().stream().map(this::describe).toList();
    }

    /** Removes the names; blobs and layers are deleted by the next garbage collection. */
    @Override
    public void remove(String reference) {
        images.remove(reference);
    }

    private ImageService.Image describe(dev.proa.image.Image image) {
        List<String> tags = new ArrayList<>();
        List<String> digests = new ArrayList<>();
        for (Reference name : image.names()) {
            String text = name.toString();
            if (text.contains("@")) {
                digests.add(text);
            } else {
                tags.add(text);
                digests.add(text.substring(0, text.lastIndexOf(':')) + "@" + image.digest());
            }
        }
        return new ImageService.Image(
                image.id().toString(),
                tags,
                digests.stream().distinct().toList(),
                layers.size(image),
                image.config().user(),
                image.config().labels());
    }

    private static RuntimeFailure translate(ImageFailure failure) {
        Reason reason = switch (failure.reason()) {
            case NOT_FOUND -> Reason.NOT_FOUND;
            case INVALID -> Reason.INVALID_ARGUMENT;
            default -> Reason.INTERNAL;
        };
        String message = failure.getMessage();
        return new RuntimeFailure(reason, message == null ? failure.toString() : message, failure);
    }
}
