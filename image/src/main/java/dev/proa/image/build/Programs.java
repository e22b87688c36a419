package dev.proa.image.build;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Programs of this machine. */
final class Programs {
    private Programs() {}

    /** The program that a shell would run; null when there is none. */
    static @Nullable Path find(String name) {
        String path = System.getenv("PATH");
        for (String directory : (path == null ? "/usr/bin" : path).split(":")) {
            Path candidate = Path.of(directory, name);
            if (candidate.isAbsolute() && Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        return null;
    }
}
