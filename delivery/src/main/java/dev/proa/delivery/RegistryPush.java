package dev.proa.delivery;

import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.build.BuiltImage;
import java.util.function.Consumer;

/**
 * Pushes images to a registry, each to a repository of its name, and has the manifests name them by digest: what was built is what
 * runs, whatever becomes of the tag.
 */
public final class RegistryPush implements ImagePush {
    private final String registry;
    private final Sender sender;

    /** Sends an image to a registry. */
    public interface Sender {
        /**
         * Sends an image with all its layers; what the registry has already is not sent again. Blocks.
         *
         * @param target repository and tag
         * @throws ImageFailure when the registry refuses it or cannot be reached
         */
        void send(BuiltImage image, Reference target, Consumer<String> progress);
    }

    /**
     * @param registry host, and a prefix of repositories after a slash
     * @throws IllegalArgumentException when it can be no registry
     */
    public RegistryPush(String registry, Sender sender) {
        this.registry = registry.replaceAll("/+$", "");
        this.sender = sender;
        try {
            Reference.parse(this.registry + "/app:1");
        } catch (ImageFailure e) {
            throw new IllegalArgumentException("\"" + registry + "\" is no registry: give HOST[:PORT][/PREFIX]", e);
        }
    }

    @Override
    public String push(BuiltImage image, String name, Consumer<String> progress) {
        String tag = image.digest().toString().replaceFirst("^sha256:", "").substring(0, 12);
        Reference target = Reference.parse(repository(name) + ":" + tag);
        progress.accept("pushing " + target);
        sender.send(image, target, progress);
        return reference(image, name);
    }

    @Override
    public String reference(BuiltImage image, String name) {
        return repository(name) + "@" + image.digest();
    }

    private String repository(String name) {
        return registry + "/" + name.substring(name.lastIndexOf('/') + 1);
    }
}
