package dev.proa.image.solver;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageConfigBuilder;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.dockerfile.BuildArguments;
import dev.proa.image.dockerfile.Dockerfile;
import dev.proa.image.dockerfile.IgnoreFile;
import dev.proa.image.dockerfile.Scope;
import dev.proa.image.dockerfile.Stage;
import dev.proa.image.dockerfile.Warning;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.LayerStore;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the stages of one build share. Thread-safe. */
final class Solve implements AutoCloseable {
    private final BuildRequest request;
    private final Dockerfile dockerfile;
    private final BuildArguments arguments;
    private final Consumer<Warning> warnings;
    private final ImageStore store;
    private final StepCache cache;
    private final LayerStore bases;
    private final BaseImages images;
    private final BuildSandbox sandbox;
    private final BuildProgress progress;
    private final List<String> lines;
    private final boolean severalStages;
    private final Map<Integer, CompletableFuture<StageBuild.Result>> stages = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, CompletableFuture<Image>> pulled = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Digest, ReentrantLock> running = new ConcurrentHashMap<>();
    private final Map<String, Source.OfFolder> contexts = new ConcurrentHashMap<>();
    private final List<SourceFolder> folders = new ArrayList<>();
    private final List<ContextDigests> digests = new CopyOnWriteArrayList<>();
    /** Keys whose results this build has made. */
    private final Set<Digest> fresh = ConcurrentHashMap.newKeySet();

    private final Map<Digest, Path> results = new ConcurrentHashMap<>();
    /** The stages whose layers the image has. */
    private final Set<Integer> lineage;

    private final ExecutorService archiving = Executors.newVirtualThreadPerTaskExecutor();
    private final SharedCache shared;

    /**
     * @param lines of the Dockerfile, for messages
     * @param severalStages whether names of steps say their stage
     */
    Solve(
            BuildRequest request,
            Dockerfile dockerfile,
            List<String> lines,
            boolean severalStages,
            BuildArguments arguments,
            Consumer<Warning> warnings,
            ImageStore store,
            StepCache cache,
            Path basesDirectory,
            BaseImages images,
            BuildSandbox sandbox,
            BuildProgress progress) {
        this.request = request;
        this.dockerfile = dockerfile;
        this.lines = lines;
        this.severalStages = severalStages;
        this.arguments = arguments;
        this.warnings = warnings;
        this.store = store;
        this.cache = cache;
        this.images = images;
        this.sandbox = sandbox;
        this.progress = progress;
        shared = SharedCache.of(store, request.cacheFrom());
        lineage = StageGraph.lineage(
                dockerfile,
                StageGraph.target(dockerfile, request.target()),
                stage -> arguments.from(stage).image());
        bases = LayerStore.open(basesDirectory, store, sandbox.whiteouts(), UnpackLimits.of(System.getenv()));
    }

    /** What files are copied from. */
    sealed interface Source {
        record OfLayers(Layers layers) implements Source {}

        record OfFolder(ContextFiles files) implements Source {}
    }

    /** What a stage starts from. */
    record Base(Layers layers, ImageConfig config, List<ImageConfig.History> history, Scope scope) {}

    /** Makes the result of a step. */
    interface Work {
        /**
         * Makes it, or finds an equal one.
         *
         * @param upper receives what the step changes
         * @return the key of a step that has the same result in the cache; null when it was made
         */
        @Nullable
        Digest make(Path upper, BuildProgress.Vertex vertex) throws IOException, InterruptedException;
    }

    /** Computes a small result. */
    interface Computation {
        String compute() throws IOException;
    }

    BuildRequest request() {
        return request;
    }

    BuildArguments arguments() {
        return arguments;
    }

    void warn(List<Warning> told) {
        told.forEach(warnings);
    }

    StepCache cache() {
        return cache;
    }

    BuildSandbox sandbox() {
        return sandbox;
    }

    boolean severalStages() {
        return severalStages;
    }

    /** The time of creation that images get: only a given one, so that equal builds give equal images. */
    @Nullable
    String created() {
        Long epoch = request.sourceDateEpoch();
        return epoch == null ? null : Instant.ofEpochSecond(epoch).toString();
    }

    /** Tells where the result of a stage will be. */
    void stage(int index, CompletableFuture<StageBuild.Result> result) {
        stages.put(index, result);
    }

    /** What a stage starts from; waits for it when it is another stage. */
    Base base(Stage stage, String prefix) throws IOException, InterruptedException {
        BuildArguments.From from = arguments.from(stage);
        warn(from.warnings());
        String name = from.image();
        Optional<Stage> earlier = StageGraph.earlier(dockerfile, stage, name);
        if (earlier.isPresent()) {
            StageBuild.Result result = result(earlier.get());
            return new Base(
                    result.layers(),
                    result.config(),
                    result.history(),
                    result.scope().child());
        }
        Platform platform = from.platform().isEmpty() ? request.platform() : Platform.parse(from.platform());
        if (name.equals("scratch")) {
            ImageConfig config = ImageConfig.empty(platform).toBuilder()
                    .environment("PATH", StageBuild.PATH)
                    .workingDirectory("/")
                    .build();
            return new Base(Layers.none(), config, List.of(), arguments.scope(environment(config)));
        }
        BuildProgress.Vertex vertex =
                progress.started(prefix + "FROM " + Reference.parse(name).familiar());
        try {
            Image image = image(name, platform);
            Layers layers = layers(name, image);
            vertex.done();
            return new Base(
                    layers, image.config(), image.config().history(), arguments.scope(environment(image.config())));
        } catch (ImageFailure e) {
            vertex.failed(String.valueOf(e.getMessage()));
            throw failure(stage.source(), e.reason(), String.valueOf(e.getMessage()), "", e);
        }
    }

    private static Map<String, String> environment(ImageConfig config) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String entry : config.environment()) {
            int equals = entry.indexOf('=');
            environment.put(entry.substring(0, equals), entry.substring(equals + 1));
        }
        return environment;
    }

    private StageBuild.Result result(Stage stage) throws IOException, InterruptedException {
        CompletableFuture<StageBuild.Result> mine = new CompletableFuture<>();
        CompletableFuture<StageBuild.Result> planned = stages.putIfAbsent(stage.index(), mine);
        if (planned != null) {
            return await(planned);
        }
        // Only the ONBUILD of an image names it, which nobody knew before.
        try {
            mine.complete(new StageBuild(this, stage).run());
        } catch (IOException | InterruptedException | RuntimeException e) {
            mine.completeExceptionally(e);
            throw e;
        }
        return mine.join();
    }

    private static <T> T await(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ImageFailure failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private Image image(String name, Platform platform) throws InterruptedException {
        CompletableFuture<Image> mine = new CompletableFuture<>();
        CompletableFuture<Image> other = pulled.putIfAbsent(name + " " + platform, mine);
        if (other != null) {
            return await(other);
        }
        try {
            Reference reference = Reference.parse(name);
            Image image = images.resolve(reference, platform);
            if (!store.claim(image)) {
                // Its name was removed, and garbage was collected, just after it had been found.
                image = images.resolve(reference, platform);
                store.claim(image);
            }
            mine.complete(image);
            return image;
        } catch (RuntimeException e) {
            RuntimeException failure = e instanceof ImageFailure known ? about(name, known) : e;
            mine.completeExceptionally(failure);
            throw failure;
        }
    }

    private static ImageFailure about(String image, ImageFailure failure) {
        String name = Reference.parse(image).familiar();
        String message = String.valueOf(failure.getMessage());
        return message.contains(name)
                ? failure
                : new ImageFailure(failure.reason(), name + " cannot be used: " + message, failure);
    }

    private Layers layers(String name, Image image) {
        List<Path> directories;
        try {
            directories = bases.unpack(image);
        } catch (ImageFailure e) {
            throw about(name, e);
        }
        List<Layers.Layer> all = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (Image.Layer layer : image.layers()) {
            all.add(new Layers.Layer.OfImage(directories.get(all.size()), layer));
            ids.add(layer.diffId().toString());
        }
        return new Layers(new Key("image").add("layers", ids).finish(), all);
    }

    /** What {@code --from} names, or the context for an empty name. */
    Source source(Stage stage, String from) throws IOException, InterruptedException {
        if (from.isEmpty()) {
            return context("", request.context());
        }
        Optional<Stage> earlier = StageGraph.earlier(dockerfile, stage, from);
        if (earlier.isPresent()) {
            return new Source.OfLayers(result(earlier.get()).layers());
        }
        Path folder = request.contexts().get(from);
        if (folder != null) {
            return context(from, folder);
        }
        if (from.matches("[0-9]+") || from.equals("scratch")) {
            throw ImageFailure.invalid("invalid from flag value " + from + ": there is no such earlier stage");
        }
        return new Source.OfLayers(layers(from, image(from, request.platform())));
    }

    private Source.OfFolder context(String name, Path directory) {
        return contexts.computeIfAbsent(name, each -> {
            BuildProgress.Vertex vertex =
                    progress.started("[internal] load build context" + (name.isEmpty() ? "" : " " + name));
            SourceFolder folder = SourceFolder.open(directory);
            synchronized (folders) {
                folders.add(folder);
            }
            try {
                ContextDigests known = ContextDigests.read(cache.digests(directory));
                digests.add(known);
                Source.OfFolder files = new Source.OfFolder(ContextFiles.of(folder, ignored(folder), known));
                vertex.done();
                return files;
            } catch (IOException e) {
                throw ImageFailure.storage("cannot read " + directory, e);
            }
        });
    }

    /** The ignore file of this Dockerfile, else that of the folder. */
    private IgnoreFile ignored(SourceFolder folder) {
        Path context = folder.path().toAbsolutePath().normalize();
        Path own = request.file().toAbsolutePath().normalize();
        List<String> names = IgnoreFile.names(
                own.startsWith(context) ? context.relativize(own).toString() : "Dockerfile");
        for (String name : names) {
            if (folder.kind(name) == SourceFolder.Kind.FILE) {
                return IgnoreFile.parse(folder.read(name), name);
            }
        }
        return IgnoreFile.NONE;
    }

    /**
     * The result of a step, from the cache or made now. Equal steps at the same time are made once.
     *
     * @return the directory with what the step changed
     */
    Path step(String name, Digest key, Work work) throws IOException, InterruptedException {
        ReentrantLock lock = running.computeIfAbsent(key, each -> new ReentrantLock());
        lock.lockInterruptibly();
        try {
            BuildProgress.Vertex vertex = progress.started(name);
            Path known = request.noCache() && !fresh.contains(key) ? null : cache.find(key);
            if (known != null) {
                vertex.cached();
                results.put(key, known);
                return known;
            }
            Path result = cache.newResult();
            try {
                if (!request.noCache() && shared.unpack(key, result, sandbox.whiteouts())) {
                    Path kept = cache.put(key, result);
                    results.put(key, kept);
                    vertex.cached();
                    return kept;
                }
                vertex.running();
                Digest equal = work.make(result, vertex);
                Path kept = equal != null
                        ? cache.putEqual(key, equal)
                        : request.noCache() ? cache.replace(key, result) : cache.put(key, result);
                fresh.add(key);
                results.put(key, kept);
                vertex.done();
                return kept;
            } catch (IOException | RuntimeException e) {
                vertex.failed(String.valueOf(e.getMessage()));
                throw e;
            } catch (InterruptedException e) {
                vertex.failed("canceled");
                throw e;
            } finally {
                cache.discard(result);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Starts to make the archive of a layer that the image will have, while later steps run. */
    void layer(Stage stage, Path result) {
        if (lineage.contains(stage.index())) {
            archiving.submit(() -> archive(result)); // should it fail, so does finish
        }
    }

    private Image.Layer archive(Path result) throws IOException {
        return cache.archive(result, sandbox.attributes(), request.sourceDateEpoch(), store, request.compression());
    }

    /** A small result, from the cache or computed now. */
    String value(Digest key, Computation computation) throws IOException {
        String known = request.noCache() ? null : cache.value(key);
        if (known == null) {
            known = computation.compute();
            cache.putValue(key, known);
        }
        return known;
    }

    static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            return !entries.iterator().hasNext();
        }
    }

    /** The failure of an instruction, as BuildKit shows it. */
    StepFailure failure(
            dev.proa.image.dockerfile.Source source,
            ImageFailure.Reason reason,
            String what,
            String output,
            @Nullable Throwable cause) {
        String name = String.valueOf(request.file().getFileName());
        int first = source.location().line();
        int last = source.location().endLine();
        StringBuilder message = new StringBuilder(output);
        message.append(name).append(':').append(first).append('\n').append("--------------------\n");
        for (int line = Math.max(1, first - 2); line <= Math.min(lines.size(), last + 2); line++) {
            boolean meant = line >= first && line <= last;
            message.append("%4d | %s %s%n".formatted(line, meant ? ">>>" : "   ", lines.get(line - 1)));
        }
        message.append("--------------------\n").append(what);
        return new StepFailure(reason, message.toString(), cause);
    }

    /** The image of a stage's result. */
    Image finish(StageBuild.Result result, @Nullable Reference name) throws IOException {
        List<Image.Layer> written = new ArrayList<>();
        for (Layers.Layer layer : result.layers().all()) {
            written.add(
                    switch (layer) {
                        case Layers.Layer.OfImage(Path directory, Image.Layer own) -> own;
                        case Layers.Layer.OfStep(Path directory) -> archive(directory);
                    });
        }
        ImageConfigBuilder config = result.config().toBuilder()
                .layers(written.stream().map(Image.Layer::diffId).toList(), result.history())
                .created(created());
        request.labels().forEach(config::label);
        Reference cacheTo = request.cacheTo();
        if (cacheTo != null) {
            SharedCache.write(results, cache, sandbox.attributes(), store, cacheTo);
        }
        return store.write(
                config.build(), written.stream().map(Image.Layer::descriptor).toList(), Map.of(), name);
    }

    @Override
    public void close() throws IOException {
        archiving.shutdownNow();
        archiving.close();
        contexts.values().forEach(context -> context.files().close());
        synchronized (folders) {
            folders.forEach(SourceFolder::close);
        }
        for (ContextDigests each : digests) {
            each.save(cache);
        }
    }
}
