package dev.proa.image.solver;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.registry.RegistryClient;
import dev.proa.image.registry.RegistryLogins;
import dev.proa.image.store.ImageStore;
import java.util.Optional;

/** Where base images come from. May be called from several threads at once. */
public interface BaseImages {
    /**
     * An image of this name whose blobs are in the store.
     *
     * @throws ImageFailure when it cannot be had; the message says what to do
     */
    Image resolve(Reference reference, Platform platform);

    /** Images of the store only. */
    static BaseImages in(ImageStore store) {
        return (reference, platform) -> find(store, reference, platform)
                .orElseThrow(() -> ImageFailure.notFound(reference.familiar() + " is not among the images here"));
    }

    private static Optional<Image> find(ImageStore store, Reference reference, Platform platform) {
        return store.find(reference)
                .filter(image -> platform.accepts(image.config().platform()));
    }

    /** Images of the store, and those that it lacks from their registries, with the user's logins. */
    static BaseImages of(ImageStore store) {
        return (reference, platform) -> {
            Optional<Image> known = find(store, reference, platform);
            if (known.isPresent()) {
                return known.get();
            }
            try (RegistryClient client = new RegistryClient()) {
                return client.pull(
                        reference, platform, RegistryLogins.of(System.getenv()).find(reference), store);
            } catch (ImageFailure e) {
                throw new ImageFailure(
                        e.reason(),
                        reference.familiar() + " for " + platform + " is not among the images here, and its registry "
                                + "does not give it: " + e.getMessage()
                                + "\nImport it from a file that was saved elsewhere: proa image import FILE (of docker save, "
                                + "skopeo or buildah)",
                        e);
            }
        };
    }
}
