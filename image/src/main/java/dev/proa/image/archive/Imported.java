package dev.proa.image.archive;

import dev.proa.image.Descriptor;
import dev.proa.image.Reference;
import java.util.List;

/**
 * What was read from an archive.
 *
 * @param manifest of an image, an index or another artifact
 * @param names that it got in the store
 */
public record Imported(Descriptor manifest, List<Reference> names) {

    public Imported {
        names = List.copyOf(names);
    }
}
