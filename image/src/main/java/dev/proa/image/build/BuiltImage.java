package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.Reference;

/**
 * The result of a build.
 *
 * @param reference the name, with the start of the digest as a unique tag
 * @param unchanged whether nothing had to be built, since the source has not changed
 */
public record BuiltImage(Image image, Reference reference, boolean unchanged) {

    public Digest digest() {
        return image.digest();
    }
}
