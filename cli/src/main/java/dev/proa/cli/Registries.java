package dev.proa.cli;

import dev.proa.delivery.ImagePush;
import dev.proa.delivery.Target;
import dev.proa.image.store.ImageStore;
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
        ImagePush none = (image, name, progress) -> {
            throw new Failure(
                    Exit.USAGE,
                    "the nodes of another cluster pull images from a registry: say with --registry HOST/PREFIX to which one "
                            + name + " is pushed");
        };
        return new Target("", none, true, null);
    }
}
