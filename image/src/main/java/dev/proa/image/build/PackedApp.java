package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * An application that its own build has packaged, to be started by {@code java -jar}. Quarkus, for example, generates
 * classes that are only in there.
 *
 * @param root the directory with all of it
 * @param jar that starts it, relative to the root
 */
record PackedApp(Path root, String jar) implements JavaForm {
    /** Quarkus' default output, a fast-jar. */
    static final String QUARKUS = "target/quarkus-app";

    static final String QUARKUS_JAR = "quarkus-run.jar";
    /** The suffix of Quarkus' uber-jar, and of the jar beside {@link #LEGACY_LIBRARIES}. */
    static final String RUNNER = "-runner.jar";

    static final String LEGACY_LIBRARIES = "target/lib";

    /** All jars in it. */
    List<Path> jars() {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + root, e);
        }
    }

    /** Selects files that change seldom: the libraries. */
    Predicate<Path> libraries() {
        return file -> root.relativize(file).startsWith("lib");
    }
}
