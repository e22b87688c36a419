package dev.proa.image.build;

import java.nio.file.Path;
import java.util.List;

/**
 * What of a {@link JavaOutput} goes into an image.
 *
 * @param classes the directory of classes and resources
 * @param libraries all jars of the application, in order
 */
record JavaParts(Path classes, List<Path> libraries, JavaForm form) {

    JavaParts {
        libraries = List.copyOf(libraries);
    }

    /** Takes them from an output, each once. */
    static JavaParts of(JavaOutput output) {
        JavaForm form = output.form();
        return new JavaParts(
                output.classes(), form instanceof PackedApp packed ? packed.jars() : output.libraries(), form);
    }
}
