package dev.proa.delivery;

import dev.proa.image.build.BuiltImage;
import java.util.function.Consumer;

/** Brings a built image to where a cluster's nodes take it from, and names it so that they find it. */
public interface ImagePush {
    /**
     * Brings an image there. Blocks; what is there already is not sent again.
     *
     * @param name of the image in the manifests, without a tag
     * @param progress receives messages for the user
     * @return the reference for the manifests
     * @throws dev.proa.image.ImageFailure when it cannot be sent
     */
    String push(BuiltImage image, String name, Consumer<String> progress);

    /** The reference that {@link #push} would return, found without sending anything. */
    String reference(BuiltImage image, String name);

    /** For nodes that use the store which the image was built into: sends nothing, and names it briefly. */
    static ImagePush none() {
        return new ImagePush() {
            @Override
            public String push(BuiltImage image, String name, Consumer<String> progress) {
                return reference(image, name);
            }

            @Override
            public String reference(BuiltImage image, String name) {
                return image.reference().familiar();
            }
        };
    }
}
