package dev.proa.image.build;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.solver.BaseImages;
import dev.proa.image.solver.BuildProgress;
import dev.proa.image.solver.BuildRequest;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.solver.CachedSteps;
import dev.proa.image.solver.DockerfileBuilder;
import dev.proa.image.store.ImageStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes the image of a project from its Dockerfile. */
final class DockerfileImageBuilder {
    private final DockerfileSource source;
    private final ImageStore store;
    private final BuildOptions options;
    private final BuildSandbox sandbox;
    private final Consumer<BuildEvent> progress;
    /** Of steps that did not run, until one runs; when none does, one line says so. */
    private final List<BuildEvent> cached = new ArrayList<>();

    DockerfileImageBuilder(
            DockerfileSource source,
            ImageStore store,
            BuildOptions options,
            BuildSandbox sandbox,
            Consumer<BuildEvent> progress) {
        this.source = source;
        this.store = store;
        this.options = options;
        this.sandbox = sandbox;
        this.progress = progress;
    }

    /** Builds; steps whose inputs are as before are not run again. */
    BuiltImage build(String name) {
        Image before = store.find(Reference.parse(name)).orElse(null);
        BuildAttestations attestations = BuildAttestations.of(source, store, options.attestations());
        Image image = solve(Reference.parse(name), attestations.noting(BaseImages.of(store)), sandbox);
        attestations.attach(image, Reference.parse(name));
        return before != null && before.digest().equals(image.digest())
                ? Tags.unchanged(store, name, image, progress)
                : Tags.tag(store, name, image, false);
    }

    /** The image, if no step has to run and it is the one of that name already. */
    Optional<BuiltImage> known(String name) {
        Optional<Image> before = store.find(Reference.parse(name));
        if (before.isEmpty()) {
            return Optional.empty();
        }
        try {
            Image image = solve(null, BaseImages.in(store), new CachedSteps(sandbox));
            return image.digest().equals(before.get().digest())
                    ? Optional.of(Tags.unchanged(store, name, image, progress))
                    : Optional.empty();
        } catch (ImageFailure e) {
            return Optional.empty(); // a build tells what is wrong
        }
    }

    private Image solve(@Nullable Reference name, BaseImages bases, BuildSandbox machine) {
        DockerfileBuilder builder = new DockerfileBuilder(store, options.cache().resolve("dockerfile"), bases, machine);
        BuildRequest request = BuildRequest.of(source.folder(), source.file())
                .withTarget(source.target())
                .withArguments(source.arguments())
                .withLabels(options.labels())
                .withCompression(options.compression())
                .withSourceDateEpoch(BuildRequest.epoch(System.getenv("SOURCE_DATE_EPOCH")));
        try {
            return builder.build(request, name, this::started, warning -> progress.accept(BuildEvent.detail(warning)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageFailure(ImageFailure.Reason.BUILD_FAILED, "interrupted while building " + source.file(), e);
        }
    }

    /** Tells of steps that run, with their time, and of those before them that did not have to. */
    private BuildProgress.Vertex started(String name) {
        long start = System.nanoTime();
        return new BuildProgress.Vertex() {
            @Override
            public void running() {
                tell(BuildEvent.step(name));
            }

            @Override
            public void cached() {
                synchronized (cached) {
                    cached.add(BuildEvent.detail(name + " CACHED"));
                }
            }

            @Override
            public void done() {
                double seconds = (System.nanoTime() - start) / 1e9;
                if (seconds >= 1) {
                    tell(BuildEvent.detail("%s DONE %.1fs".formatted(name, seconds)));
                }
            }
        };
    }

    private void tell(BuildEvent event) {
        synchronized (cached) {
            cached.forEach(progress);
            cached.clear();
            progress.accept(event);
        }
    }
}
