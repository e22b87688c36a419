package dev.proa.cli;

import dev.proa.delivery.ImagePush;
import dev.proa.delivery.PullSecret;
import dev.proa.delivery.RegistryPush;
import dev.proa.delivery.Target;
import dev.proa.image.Reference;
import dev.proa.image.build.BuiltImage;
import dev.proa.image.layer.Compression;
import dev.proa.image.registry.PushOptions;
import dev.proa.image.registry.RegistryClient;
import dev.proa.image.registry.RegistryCredentials;
import dev.proa.image.registry.RegistryLogins;
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
        if (registry == null) {
            return new Target("", new NoRegistry(), true, null);
        }
        RegistryPush push = new RegistryPush(registry, (image, target, progress) -> send(image, target, images));
        return new Target("", push, true, pullSecret ? pullSecret(registry) : null);
    }

    private static void send(BuiltImage image, Reference target, ImageStore images) {
        try (RegistryClient client = new RegistryClient()) {
            RegistryCredentials login = RegistryLogins.of(System.getenv()).find(target);
            client.push(image.image().descriptor(), target, new PushOptions(login), images);
        }
    }

    private static PullSecret pullSecret(String registry) {
        Reference any = Reference.parse(registry.replaceAll("/+$", "") + "/app");
        RegistryCredentials login = RegistryLogins.of(System.getenv()).find(any);
        if (login == null) {
            throw new Failure(
                    Exit.USAGE,
                    "--pull-secret: this machine has no login for " + any.registry()
                            + "; log in with docker, podman or skopeo login first");
        }
        return new PullSecret(any.registry(), login);
    }

    /** How images for a cluster are compressed: those that travel are. */
    static Compression compression(Target target) {
        return target.foreign() ? Compression.GZIP : Compression.NONE;
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
