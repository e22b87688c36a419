package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageConfigBuilder;
import dev.proa.image.Platform;
import dev.proa.image.elf.LibraryClosure;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.store.ImageStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A base image made of this machine's files for another language than Java: the system (users, CA certificates, time
 * zones, a few tools), and what the language needs above it.
 */
sealed interface HostBase {

    /** For programs that need nothing. */
    record Plain() implements HostBase {}

    /** Node.js: its program, with the libraries it needs. */
    record Node(Path program) implements HostBase {}

    /** Python: interpreter, standard library and the libraries they need. */
    record Python(PythonHome home) implements HostBase {}

    /** The directory of time zones. */
    Path ZONES = Path.of("/usr/share/zoneinfo");

    String FORMAT = "2";

    /** Equal for equal bases, as far as it is known without making one. */
    default String identity() {
        return switch (this) {
            case Plain() -> "plain";
            case Node(Path program) -> program + " " + HostLayers.stamp(program);
            case Python(PythonHome home) -> home.identity();
        };
    }

    private String shown() {
        return switch (this) {
            case Plain() -> "a minimal system";
            case Node node -> "Node.js";
            case Python(PythonHome home) -> "Python " + home.version();
        };
    }

    /** The base, whose layers are made when they are not known. */
    default Base base(ImageStore store, BuildOptions options, Consumer<BuildEvent> progress) {
        HostLayers known = new HostLayers(new BuildCache(options.cache(), "runtimes", store));
        List<Image.Layer> layers = new ArrayList<>(known.of(key("system", "", options), () -> system(store, options)));
        ImageConfigBuilder config = ImageConfig.empty(Platform.host()).toBuilder()
                .user("65532:65532")
                .environment("LANG", "C.UTF-8")
                .environment("PATH", path());
        config.layer(layers.getFirst().diffId(), "system of the host");
        if (!(this instanceof Plain)) {
            Image.Layer own = known.of(key("language", identity(), options), () -> {
                        progress.accept(BuildEvent.step("making a base of this machine's " + shown() + " (once)"));
                        return language(store, options);
                    })
                    .getFirst();
            layers.add(own);
            config.layer(own.diffId(), shown());
        }
        return new Base(config.build(), layers, "java");
    }

    private static Digest key(String part, String identity, BuildOptions options) {
        return new SourceHash()
                .add("format", FORMAT)
                .add("part", part)
                .add("identity", identity)
                .add("tools", String.valueOf(options.hostTools()))
                .add("compression", options.compression().name())
                .finish();
    }

    private String path() {
        return this instanceof Python ? PythonHome.IN_IMAGE + "/bin:" + HostImageBuilder.PATH : HostImageBuilder.PATH;
    }

    private static HostLayers.Made system(ImageStore store, BuildOptions options) {
        LayerContent system = new LayerContent();
        HostFiles.addSkeleton(system);
        HostFiles.addLocale(system);
        if (Files.isDirectory(ZONES)) {
            // The same zones twice more, with and without leap seconds, and lists for tools.
            system.tree(ZONES.toString(), ZONES, path -> !path.startsWith("posix") && !path.startsWith("right"));
        }
        Set<Path> sources = options.hostTools() ? HostTools.addTo(system) : Set.of();
        return new HostLayers.Made(List.of(system.writeTo(store, options.compression())), sources);
    }

    private HostLayers.Made language(ImageStore store, BuildOptions options) {
        Function<LayerContent, Image.Layer> writer = layer -> layer.writeTo(store, options.compression());
        return switch (this) {
            case Plain() -> new HostLayers.Made(List.of(), Set.of());
            case Node(Path program) -> node(program, writer);
            case Python(PythonHome home) -> home.layer(options.cache().resolve("work"), writer);
        };
    }

    private static HostLayers.Made node(Path program, Function<LayerContent, Image.Layer> writer) {
        LayerContent layer = new LayerContent();
        layer.file("/usr/local/bin/node", program, 0755);
        Set<Path> files = NativeLibraries.usual();
        files.forEach(file -> HostFiles.add(layer, file));
        files.add(program);
        LibraryClosure.Result libraries = LibraryClosure.of(files).requireComplete();
        HostFiles.addLibraries(layer, libraries, Path.of("/nowhere"));
        files.addAll(libraries.files());
        files.addAll(NodeParts.addTo(layer, program));
        return new HostLayers.Made(List.of(writer.apply(layer)), files);
    }
}
