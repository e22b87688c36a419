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

    /** The libraries of Quarkus' own build steps, which a {@code mutable-jar} has and an image does not need. */
    private static final Path BUILD_LIBRARIES = Path.of("lib/deployment");

    /** Settings of the build, for building again. */
    private static final Path BUILD_SETTINGS = Path.of("quarkus/build-system.properties");

    /** Whether Quarkus can build it again. */
    boolean canBeBuiltAgain() {
        return Files.isDirectory(root.resolve(BUILD_LIBRARIES));
    }

    /** All jars in it that may run. */
    List<Path> jars() {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .filter(file -> Files.isRegularFile(file) && !isForBuilds(file))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + root, e);
        }
    }

    /** Selects files that change seldom: the libraries. */
    Predicate<Path> libraries() {
        return file -> root.relativize(file).startsWith("lib") && !isForBuilds(file);
    }

    /** Selects all else that an image needs. */
    Predicate<Path> others() {
        return file -> !root.relativize(file).startsWith("lib") && !isForBuilds(file);
    }

    private boolean isForBuilds(Path file) {
        Path relative = root.relativize(file);
        return relative.startsWith(BUILD_LIBRARIES) || relative.equals(BUILD_SETTINGS);
    }
}
