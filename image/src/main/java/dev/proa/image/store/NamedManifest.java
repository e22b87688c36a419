package dev.proa.image.store;

import dev.proa.image.Descriptor;
import dev.proa.image.Reference;

/**
 * A name in an {@link ImageStore} and what it means.
 *
 * @param name with a tag or a digest, not both
 * @param manifest of an image, an index or another artifact
 */
public record NamedManifest(Reference name, Descriptor manifest) {}
