package dev.proa.e2e.extensions;

import dev.proa.api.codec.Json;
import dev.proa.e2e.Run;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The files of a Go module, as the module proxy has them.
 *
 * @param directory in Go's module cache, which is read-only
 */
record GoModule(Path directory) {
    /** Gets a module, named as in {@code sigs.k8s.io/gateway-api@v1.6.3}, unless it is there. */
    static GoModule get(String module) {
        Run run = Run.of(List.of("go", "mod", "download", "-json", module), Map.of("GOFLAGS", "-mod=mod"), "")
                .ok();
        return new GoModule(Path.of(
                Json.decodeMap(run.out().getBytes(StandardCharsets.UTF_8)).string("Dir")));
    }

    /**
     * Compiles a program of the module, with the versions that the module names.
     *
     * @param program its package, as in {@code ./cmd/metrics-server}
     * @param file where it goes; it needs no libraries
     */
    void build(String program, Path file) {
        Clients.build(
                Map.of("GOFLAGS", "-mod=readonly", "CGO_ENABLED", "0"),
                "go",
                "-C",
                directory.toString(),
                "build",
                "-o",
                file.toString(),
                program);
    }

    /** The YAML files below folders (or the files themselves), in order of their paths, without those of kustomize. */
    List<Path> yaml(List<String> folders) {
        return folders.stream().flatMap(this::yaml).toList();
    }

    private Stream<Path> yaml(String folder) {
        try (Stream<Path> files = Files.walk(directory.resolve(folder))) {
            return files
                    .filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.endsWith("kustomization.yaml"))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
