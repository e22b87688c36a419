package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.SharedLock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Builds the image of an application of any supported kind from its directory. */
public final class ProjectImageBuilder {
    private ProjectImageBuilder() {}

    /** As the other, by a Dockerfile. */
    public static BuiltImage build(
            DockerfileSource source,
            ImageStore store,
            String name,
            BuildOptions options,
            BuildSandbox sandbox,
            Consumer<BuildEvent> progress) {
        return keeping(
                store,
                options,
                () -> new DockerfileImageBuilder(source, store, options, sandbox, progress).build(name));
    }

    /** As the other, where Dockerfiles cannot be built. */
    public static BuiltImage build(
            Path directory, ImageStore store, String name, BuildOptions options, Consumer<BuildEvent> progress) {
        return build(directory, store, name, options, BuildSandbox.NONE, progress);
    }

    /**
     * Builds an image, or returns that of an earlier build when nothing changed. Blocks; an interrupt kills the
     * processes it runs.
     *
     * @param name of the image without a tag; the image also gets {@code latest}
     * @param sandbox for Dockerfiles; it is not closed
     * @param progress receives events, on threads of the build and from several at the same time
     * @throws ImageFailure with reason {@code BUILD_FAILED} and the compiler's messages when the application's own
     *     build fails, {@code INVALID} when the directory cannot be built
     */
    public static BuiltImage build(
            Path directory,
            ImageStore store,
            String name,
            BuildOptions options,
            BuildSandbox sandbox,
            Consumer<BuildEvent> progress) {
        Project found = ProjectDetector.detect(directory, options.builder());
        if (found instanceof Project.DockerfileProject(Path project, Path file)) {
            return build(new DockerfileSource(project, file, "", Map.of()), store, name, options, sandbox, progress);
        }
        return keeping(store, options, () -> {
            BuildAttestations attestations = BuildAttestations.of(found, store, options);
            BuiltImage built = build(found, store, name, options, progress);
            if (options.base() instanceof BaseImage.FromRegistry(Reference base)) {
                store.find(base).ifPresent(image -> attestations.note(base, image));
            }
            attestations.attach(built.image(), built.reference());
            return built;
        });
    }

    private static BuiltImage build(
            Project found, ImageStore store, String name, BuildOptions options, Consumer<BuildEvent> progress) {
        return switch (found) {
            case Project.DockerfileProject dockerfile -> throw new IllegalArgumentException("needs a sandbox");
            case Project.MavenProject(Path project, String artifact) ->
                new JavaImageBuilder(project, store, options, progress).build(name);
            case Project.GradleProject project -> new GradleImageBuilder(project, store, options, progress).build(name);
            case Project.SourceProject project -> new SourceImageBuilder(project, store, options, progress).build(name);
            case Project.StaticSite(Path project, Path root) ->
                new StaticImageBuilder(project, root, store, options, progress).build(name);
            case Project.Unknown(Path project, String message) -> throw ImageFailure.invalid(message);
        };
    }

    /** Builds while nobody deletes what the build needs: blobs of the store, and what earlier builds have left. */
    private static BuiltImage keeping(ImageStore store, BuildOptions options, Supplier<BuiltImage> build) {
        try (SharedLock.Held cache = CacheFolder.use(options.cache());
                ImageStore.Lease lease = store.lease()) {
            return build.get();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot unlock the cache of builds or the image store", e);
        }
    }

    /**
     * The image of an earlier build of the same source with the same tools and options. Nothing is built.
     *
     * @param sandbox tells of the machine for Dockerfiles; nothing is run in it, and it is not closed
     * @return empty when it would have to be built, or is to have attestations, which may be missing
     */
    public static Optional<BuiltImage> known(
            Path directory,
            ImageStore store,
            String name,
            BuildOptions options,
            BuildSandbox sandbox,
            Consumer<BuildEvent> progress) {
        if (!options.attestations().equals(Attestations.NONE)) {
            return Optional.empty();
        }
        return switch (ProjectDetector.detect(directory, options.builder())) {
            case Project.MavenProject(Path project, String artifact) ->
                new JavaImageBuilder(project, store, options, progress).known(name);
            case Project.GradleProject project -> new GradleImageBuilder(project, store, options, progress).known(name);
            case Project.SourceProject project -> new SourceImageBuilder(project, store, options, progress).known(name);
            case Project.StaticSite(Path project, Path root) ->
                new StaticImageBuilder(project, root, store, options, progress).known(name);
            case Project.DockerfileProject(Path project, Path file) ->
                known(new DockerfileSource(project, file, "", Map.of()), store, name, options, sandbox, progress);
            case Project.Unknown unknown -> Optional.empty();
        };
    }

    /** As the other, by a Dockerfile. */
    public static Optional<BuiltImage> known(
            DockerfileSource source,
            ImageStore store,
            String name,
            BuildOptions options,
            BuildSandbox sandbox,
            Consumer<BuildEvent> progress) {
        return new DockerfileImageBuilder(source, store, options, sandbox, progress).known(name);
    }
}
