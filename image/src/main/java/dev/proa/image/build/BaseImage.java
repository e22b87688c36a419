package dev.proa.image.build;

import dev.proa.image.Reference;
import java.nio.file.Path;

/** The base image of an application. All but {@link HostRuntime} must have {@code java} on their {@code PATH}. */
public sealed interface BaseImage {

    /** A runtime linked from this machine's JDK, with this machine's C library. Needs no network. */
    record HostRuntime() implements BaseImage {}

    /** An image of a registry, which is pulled unless the store has it. */
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
