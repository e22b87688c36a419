package dev.proa.cli;

import dev.proa.delivery.ImagePush;
import dev.proa.delivery.Target;
import dev.proa.image.build.BuiltImage;
import dev.proa.image.store.ImageStore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How images get to the nodes of clusters that are not Proa's: through a registry. */
final class Registries {
    private Registries() {}

    /**
     * A cluster of others.
     *
     * @param registry where images are pushed to; null for nowhere, which will do when nothing is built
     * @param pullSecret whether the cluster gets the credentials for the registry
     */
    static Target target(@Nullable String registry, boolean pullSecret, ImageStore images) {
        if (registry != null) {
            throw new Failure(Exit.FAILED, "images cannot be pushed to a registry yet");
        }
        return new Target("", new NoRegistry(), true, null);
    }

    /** Says that a registry is needed, once there is an image to push. */
    private static final class NoRegistry implements ImagePush {
        @Override
        public String push(BuiltImage image, String name, Consumer<String> progress) {
            throw new Failure(
                    Exit.USAGE,
                    "the nodes of another cluster pull images from a registry: say with --registry HOST/PREFIX to which one "
                            + name + " is pushed");
        }

        @Override
        public String reference(BuiltImage image, String name) {
            return push(image, name, message -> {});
        }
    }
}
