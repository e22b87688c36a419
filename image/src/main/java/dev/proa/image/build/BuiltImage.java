package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.Reference;

/**
 * The outcome of a build.
 *
 * @param reference name and the start of the digest as the tag: another image never has the same
 * @param unchanged whether the source is the one of an earlier build, so that nothing had to be done
 */
public record BuiltImage(Image image, Reference reference, boolean unchanged) {

    public Digest digest() {
        return image.digest();
    }
}
