package dev.proa.node.sandbox.image;

import dev.proa.image.ImageConfig;
import dev.proa.image.store.LayerStore;
import dev.proa.node.cri.ImageService;
import dev.proa.node.cri.RuntimeFailure;
import java.nio.file.Path;
import java.util.List;

/** Provides the root file systems of containers. Methods block and may be called from any thread. */
public interface RootFilesystems {
    /** The images that {@link #prepare} can unpack. */
    ImageService images();

    /**
     * Unpacks an image, ready to be mounted.
     *
     * @param reference as {@link ImageService#find} takes it
     * @throws RuntimeFailure {@link RuntimeFailure.Reason#NOT_FOUND} when the image is not on this node
     */
    Root prepare(String reference);

    /**
     * An image's layers and configuration.
     *
     * @param imageId digest of the configuration
     * @param layers directories, the lowest first; they must not change as long as a container uses them
     */
    record Root(String imageId, List<Path> layers, ImageConfig config) {
        public Root {
            layers = LayerStore.mountable(layers);
        }
    }
}
