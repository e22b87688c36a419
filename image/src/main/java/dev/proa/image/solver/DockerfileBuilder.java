package dev.proa.image.solver;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.dockerfile.BuildArguments;
import dev.proa.image.dockerfile.Dockerfile;
import dev.proa.image.dockerfile.Stage;
import dev.proa.image.dockerfile.Warning;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Builds images by Dockerfiles, as BuildKit does. Thread-safe: any number of builds may share a cache. */
public final class DockerfileBuilder {
    private final ImageStore store;
    private final Path cache;
    private final BaseImages bases;
    private final BuildSandbox sandbox;

    /**
     * @param store receives images, and has the bases
     * @param cache directory for the results of steps; on a file system that overlay mounts can be made of
     * @param sandbox is not closed
     */
    public DockerfileBuilder(ImageStore store, Path cache, BaseImages bases, BuildSandbox sandbox) {
        this.store = store;
        this.cache = cache;
        this.bases = bases;
        this.sandbox = sandbox;
    }

    /**
     * Builds an image. Blocks; an interrupt ends the commands that run.
     *
     * @param name of the image; null for none
     * @param warnings is told what is discouraged or likely a mistake
     * @throws ImageFailure when it cannot be built. The message shows the failing lines, the end of the output, and the exit code
     */
    public Image build(
            BuildRequest request, @Nullable Reference name, BuildProgress progress, Consumer<String> warnings)
            throws InterruptedException {
        byte[] content = read(request.file());
        String file = String.valueOf(request.file().getFileName());
        Dockerfile dockerfile = Dockerfile.parse(content, file);
        Consumer<Warning> told = warning -> warnings.accept(warning.rule() + ": " + warning.message() + " (line "
                + warning.location().line() + ")");
        dockerfile.warnings().forEach(told);
        Stage target = StageGraph.target(dockerfile, request.target());
        BuildArguments arguments = new BuildArguments(
                dockerfile, request.arguments(), Platform.host(), request.platform(), request.target());
        Set<Integer> needed = StageGraph.needed(
                dockerfile, target, stage -> arguments.from(stage).image());
        List<String> lines = new String(content, StandardCharsets.UTF_8).lines().toList();
        try (ImageStore.Lease lease = store.lease();
                StepCache steps = StepCache.open(cache);
                Solve solve = new Solve(
                        request,
                        dockerfile,
                        lines,
                        dockerfile.stages().size() > 1,
                        arguments,
                        told,
                        store,
                        steps,
                        cache.resolve("bases"),
                        bases,
                        sandbox,
                        progress)) {
            StageBuild.Result result = solve(solve, dockerfile, needed, target);
            List<String> unused = arguments.unused();
            if (!unused.isEmpty()) {
                warnings.accept("[Warning] One or more build-args " + unused + " were not consumed");
            }
            BuildProgress.Vertex vertex = progress.started("exporting to image");
            Image image = solve.finish(result, name);
            if (name != null) {
                vertex.output(("naming to " + name + "\n").getBytes(StandardCharsets.UTF_8));
            }
            vertex.done();
            return image;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot build " + request.file(), e);
        }
    }

    private static byte[] read(Path file) {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(Dockerfile.MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new ImageFailure(ImageFailure.Reason.NOT_FOUND, "there is no file " + file, e);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + file, e);
        }
    }

    /** Builds the stages, each on a thread of its own; the first failure ends all. */
    private static StageBuild.Result solve(Solve solve, Dockerfile dockerfile, Set<Integer> needed, Stage target)
            throws InterruptedException {
        Map<Integer, CompletableFuture<StageBuild.Result>> results = new TreeMap<>();
        needed.forEach(index -> {
            CompletableFuture<StageBuild.Result> result = new CompletableFuture<>();
            results.put(index, result);
            solve.stage(index, result);
        });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ExecutorCompletionService<Integer> ended = new ExecutorCompletionService<>(threads);
            results.forEach((index, result) -> ended.submit(() -> {
                try {
                    result.complete(new StageBuild(solve, dockerfile.stages().get(index)).run());
                } catch (Throwable e) {
                    result.completeExceptionally(new CancellationException());
                    throw e;
                }
                return index;
            }));
            try {
                for (int i = 0; i < results.size(); i++) {
                    requireDone(ended.take());
                }
            } catch (ExecutionException e) {
                threads.shutdownNow();
                throw unwrapped(e.getCause());
            } catch (InterruptedException e) {
                threads.shutdownNow();
                throw e;
            }
        }
        return Objects.requireNonNull(results.get(target.index())).join();
    }

    /** A stage that waited for one that failed may end before it, and tells nothing of the cause. */
    private static void requireDone(Future<Integer> stage) throws ExecutionException, InterruptedException {
        try {
            stage.get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof CancellationException)) {
                throw e;
            }
        }
    }

    private static RuntimeException unwrapped(@Nullable Throwable cause) {
        return switch (cause) {
            case RuntimeException failure -> failure;
            case IOException failure -> ImageFailure.storage("cannot build", failure);
            case null, default -> new IllegalStateException(cause);
        };
    }
}
