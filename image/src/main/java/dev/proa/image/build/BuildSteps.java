package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.JsonDocument;
import dev.proa.image.build.Base.AppLayer;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.source.SourceCopy;
import dev.proa.image.source.SourceCopy.Links;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.store.ImageStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a {@link Language} builds with: the folder, the tools run as its owner, and layers. For one thread. */
final class BuildSteps {
    /** Not part of any application, and not looked at. */
    private static final Set<String> NOT_SOURCE = Set.of("node_modules", "__pycache__");

    /** The same, of what lies directly in the folder. */
    private static final Set<String> NOT_AT_TOP = Set.of("venv", "target", "k8s", "Dockerfile", "Containerfile");

    /** Hidden folders in which frameworks leave servers. */
    private static final Set<String> HIDDEN_RESULTS = Set.of(".next", ".output");

    private final SourceFolder folder;
    private final ImageStore store;
    private final BuildOptions options;
    private final Consumer<BuildEvent> progress;
    private final @Nullable BuildUser user;

    BuildSteps(
            SourceFolder folder,
            ImageStore store,
            BuildOptions options,
            Consumer<BuildEvent> progress,
            @Nullable BuildUser user) {
        this.folder = folder;
        this.store = store;
        this.options = options;
        this.progress = progress;
        this.user = user;
    }

    SourceFolder folder() {
        return folder;
    }

    /** The folder as an absolute path. */
    Path root() {
        return folder.path().toAbsolutePath().normalize();
    }

    /** Says that a step begins which may take a while. */
    void step(String message) {
        progress.accept(BuildEvent.step(message + process(root()).as()));
    }

    void detail(String message) {
        progress.accept(BuildEvent.detail(message));
    }

    /** A directory for results, which is still to be given to its user. */
    Scratch scratch() {
        return Scratch.create(options.cache().resolve("work"), user);
    }

    /**
     * Runs a tool in a directory as the folder's owner.
     *
     * @param what names the step in the message of a failure
     * @param home for an owner without a home
     * @return its output
     */
    String run(String what, List<String> command, Path directory, Path home, Map<String, String> variables) {
        return process(home).run(what, command, directory, variables);
    }

    private BuildProcess process(Path home) {
        return new BuildProcess(user, home);
    }

    /** Writes a layer. */
    AppLayer layer(String name, LayerContent content) {
        return new AppLayer(name, content.writeTo(store, options.compression()));
    }

    /**
     * A layer of files of a folder.
     *
     * @param from the folder, the project's own or a {@link Scratch}
     * @param path in it, whose contents go to {@code to}
     * @param wanted told paths relative to the folder
     */
    AppLayer layer(String name, SourceFolder from, String path, String to, Predicate<Path> wanted) {
        try (SourceCopy copy = SourceCopy.in(options.cache().resolve("work"))) {
            Path top = copy.add(from, path, wanted, Links.KEPT);
            return layer(name, new LayerContent().directory(to, 0755).tree(to, top));
        }
    }

    /** Works on a private copy of what a folder has, which nobody else can change. */
    <T> T withCopy(SourceFolder from, String path, Function<Path, T> work) {
        try (SourceCopy copy = SourceCopy.in(options.cache().resolve("work"))) {
            return work.apply(copy.add(from, path, any -> true, Links.KEPT));
        }
    }

    /** As {@link #withCopy}, of one file. */
    <T> T withCopyOfFile(SourceFolder from, String file, Function<Path, T> work) {
        Path path = Path.of(file);
        Path parent = path.getParent();
        try (SourceCopy copy = SourceCopy.in(options.cache().resolve("work"))) {
            copy.add(from, parent == null ? "" : parent.toString(), path::equals, Links.FILES);
            return work.apply(copy.place(file));
        }
    }

    /** The layer that was made for these inputs before, or that is made now. */
    AppLayer cached(Digest key, Supplier<AppLayer> maker, String name) {
        BuildCache layers = new BuildCache(options.cache(), "layers", store);
        JsonDocument json = layers.read(key);
        Image.Layer known = json == null ? null : layers.layer(json);
        if (known != null) {
            return new AppLayer(name, known);
        }
        AppLayer made = maker.get();
        layers.write(key, BuildCache.layerJson(made.layer()));
        return made;
    }

    /** Part of the key of a cached layer: how layers are written. */
    SourceHash key(String kind) {
        return new SourceHash()
                .add("kind", kind)
                .add("compression", options.compression().name());
    }

    /** Whether a path of a project is part of its source. */
    static boolean isSource(Path path) {
        String name = path.getFileName().toString();
        boolean hidden = name.startsWith(".") && !name.equals(".well-known");
        return !hidden
                && !NOT_SOURCE.contains(name)
                && !NOT_AT_TOP.contains(path.getName(0).toString());
    }

    /** Whether a path of a project is part of its source, or a result in a hidden folder. */
    static boolean isSourceOrResult(Path path) {
        return isSource(path)
                || HIDDEN_RESULTS.contains(path.getName(0).toString())
                        && !path.startsWith(".next/cache")
                        && (path.getNameCount() > 1 || HIDDEN_RESULTS.contains(path.toString()));
    }
}
