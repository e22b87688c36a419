package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is built by a Dockerfile.
 *
 * @param folder the context
 * @param file the Dockerfile
 * @param target the stage to build; empty for the last one
 * @param arguments values of its {@code ARG}s
 */
public record DockerfileSource(Path folder, Path file, String target, Map<String, String> arguments) {
    /** The names of Dockerfiles, the one to prefer first. */
    public static final List<String> NAMES = List.of("Dockerfile", "Containerfile");

    public DockerfileSource {
        arguments = Collections.unmodifiableMap(new TreeMap<>(arguments));
    }

    /**
     * Finds the Dockerfile of a folder.
     *
     * @param file its path in the folder; empty for {@code Dockerfile} or {@code Containerfile}
     * @throws ImageFailure when there is none
     */
    public static DockerfileSource find(Path folder, String file) {
        for (String name : file.isEmpty() ? NAMES : List.of(file)) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return new DockerfileSource(folder, folder.resolve(name), "", Map.of());
            }
        }
        throw ImageFailure.notFound(
                file.isEmpty()
                        ? folder + " has neither a Dockerfile nor a Containerfile"
                        : folder + " has no file " + file);
    }

    /** The same with a stage and arguments. */
    public DockerfileSource with(String stage, Map<String, String> values) {
        return new DockerfileSource(folder, file, stage, values);
    }
}
