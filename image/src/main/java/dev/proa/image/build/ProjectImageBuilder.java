package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.store.ImageStore;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Makes the image of an application from its directory, whatever kind it is. */
public final class ProjectImageBuilder {
    private ProjectImageBuilder() {}

    /**
     * Builds an image, or finds that of an earlier build when nothing changed. Blocks; an interrupt ends what it runs.
     *
     * @param name of the image without a tag; the image also gets {@code latest}
     * @param progress is told what happens, on threads of the build
     * @throws ImageFailure with reason {@code BUILD_FAILED} and the compiler's messages when the application's own build
     *     fails, {@code INVALID} when the directory is nothing that can be built
     */
    public static BuiltImage build(
            Path directory, ImageStore store, String name, BuildOptions options, Consumer<BuildEvent> progress) {
        return switch (ProjectDetector.detect(directory)) {
            case Project.MavenProject(Path project, String artifact) ->
                new JavaImageBuilder(project, store, options, progress).build(name);
            case Project.StaticSite(Path project, Path root) ->
                new StaticImageBuilder(project, root, store, options, progress).build(name);
            case Project.Unknown(Path project, String message) -> throw ImageFailure.invalid(message);
        };
    }
}
