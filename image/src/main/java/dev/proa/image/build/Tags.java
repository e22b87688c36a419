package dev.proa.image.build;

import dev.proa.image.Image;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import java.util.function.Consumer;

/** Names of built images: {@code name:<12 digits of the digest>}. */
final class Tags {
    private Tags() {}

    static String of(String name, Image image) {
        return Reference.parse(name).withTag(image.digest().shortHex()).familiar();
    }

    /** Tags the image with its name, and with {@code latest}. */
    static BuiltImage tag(ImageStore store, String name, Image image, boolean unchanged) {
        Reference reference = Reference.parse(name).withTag(image.digest().shortHex());
        store.tag(reference, image.descriptor());
        return new BuiltImage(store.get(image.descriptor()), reference, unchanged);
    }

    /** As {@link #tag}, for an image that an earlier build has made of the same source, and tells of it. */
    static BuiltImage unchanged(ImageStore store, String name, Image image, Consumer<BuildEvent> progress) {
        return unchanged("source", store, name, image, progress);
    }

    /** The same, of other things than source. */
    static BuiltImage unchanged(
            String made, ImageStore store, String name, Image image, Consumer<BuildEvent> progress) {
        progress.accept(BuildEvent.detail(made + " unchanged, image " + of(name, image) + " stands"));
        return tag(store, name, image, true);
    }
}
