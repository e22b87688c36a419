package dev.proa.image.build;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of a {@link JavaOutput} goes into an image.
 *
 * @param classes the directory of classes and resources
 * @param libraries all jars, in order
 * @param packed the application as packaged by the build itself; null if it does not package one
 * @param mainClass that the project names; null when it names none
 * @param index the layers that the project asks for; null when it names none
 */
record JavaParts(
        Path classes,
        List<Path> libraries,
        @Nullable PackedApp packed,
        @Nullable String mainClass,
        @Nullable BootIndex index) {

    JavaParts {
        libraries = List.copyOf(libraries);
    }

    /** Takes them from an output, each once. */
    static JavaParts of(JavaOutput output) {
        PackedApp packed = output.packed();
        return packed == null
                ? new JavaParts(output.classes(), output.libraries(), null, output.mainClass(), output.index())
                : new JavaParts(output.classes(), packed.jars(), packed, null, null);
    }
}
