package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.store.ImageStore;
import java.util.Optional;
import java.util.function.Consumer;

/** The images that earlier builds have made, by the digest of what they were made of. */
final class KnownBuilds {
    private final BuildCache cache;
    private final ImageStore store;
    private final Consumer<BuildEvent> progress;
    private final String made;

    KnownBuilds(ImageStore store, BuildOptions options, Consumer<BuildEvent> progress) {
        this(store, options, progress, "source");
    }

    /** @param made names what they were made of, for messages */
    KnownBuilds(ImageStore store, BuildOptions options, Consumer<BuildEvent> progress, String made) {
        this.cache = new BuildCache(options.cache(), "builds", store);
        this.store = store;
        this.progress = progress;
        this.made = made;
    }

    /** The image of these inputs, named anew; empty when the store does not have it any more. */
    Optional<BuiltImage> find(Digest key, String name) {
        return cache.image(key).map(image -> Tags.unchanged(made, store, name, image, progress));
    }

    void put(Digest key, Image image) {
        cache.put(key, image);
    }
}
