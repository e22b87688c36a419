package dev.proa.image.build;

import dev.proa.image.Reference;
import java.nio.file.Path;

/** What an application's image stands on. Any but {@link HostRuntime} must have {@code java} on its {@code PATH}. */
public sealed interface BaseImage {

    /** A runtime linked from this machine's JDK, with this machine's C library. Needs no network. */
    record HostRuntime() implements BaseImage {}

    /** An image of a registry; the one in the store serves if it is there. */
    record FromRegistry(Reference reference) implements BaseImage {}

    /**
     * An image in a directory with an OCI layout.
     *
     * @param name as the layout's index has it, or empty when there is one image only
     */
    record FromLayout(Path directory, String name) implements BaseImage {}

    /** The first image of a file that {@code docker save} wrote. */
    record FromArchive(Path file) implements BaseImage {}
}
