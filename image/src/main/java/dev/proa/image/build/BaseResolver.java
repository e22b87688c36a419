package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageConfigBuilder;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.archive.ImageArchives;
import dev.proa.image.registry.RegistryClient;
import dev.proa.image.registry.RegistryLogins;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Resolves a base image, and stores its layers. */
final class BaseResolver {
    private static final String LANG = "LANG";
    /** The locale that C libraries have built in. */
    private static final String UTF_8 = "C.UTF-8";

    private final ImageStore store;
    private final BuildOptions options;
    private final Jdk jdk;
    private final Consumer<BuildEvent> progress;

    BaseResolver(ImageStore store, BuildOptions options, Jdk jdk, Consumer<BuildEvent> progress) {
        this.store = store;
        this.options = options;
        this.jdk = jdk;
        this.progress = progress;
    }

    /** Whether the base depends on which modules the application uses. */
    boolean dependsOnModules() {
        return options.base() instanceof BaseImage.HostRuntime;
    }

    /**
     * The base for an application.
     *
     * @param modules of the JDK it uses
     */
    Base resolve(Set<String> modules) {
        return switch (options.base()) {
            case BaseImage.HostRuntime() -> hostRuntime(HostRuntime.modules(modules));
            case BaseImage.FromRegistry(Reference reference) -> of(fromRegistry(reference));
            case BaseImage.FromLayout(Path directory, String name) ->
                of(archives().load(directory, name, localName(directory)));
            case BaseImage.FromArchive(Path file) -> of(archives().load(file, "", localName(file)));
        };
    }

    /** The base for an application in another language than Java. */
    Base resolve(HostBase host) {
        return options.base() instanceof BaseImage.HostRuntime
                ? host.base(store, options, progress)
                : resolve(Set.of());
    }

    /** Identifies the base of an application in another language than Java. */
    String identity(HostBase host) {
        return options.base() instanceof BaseImage.HostRuntime ? host.identity() : identity();
    }

    /** Identifies the base: equal for images on the same base. */
    String identity() {
        return switch (options.base()) {
            case BaseImage.HostRuntime() -> jdk.identity();
            case BaseImage.FromRegistry(Reference reference) ->
                fromRegistry(reference).digest().toString();
            case BaseImage.FromLayout(Path directory, String name) -> stamp(directory.resolve("index.json"));
            case BaseImage.FromArchive(Path file) -> stamp(file);
        };
    }

    private Image fromRegistry(Reference reference) {
        Optional<Image> known = store.find(reference);
        if (known.isPresent() && store.claim(known.get())) {
            return known.get();
        }
        progress.accept(BuildEvent.step("pulling " + reference.familiar()));
        try (RegistryClient client = new RegistryClient()) {
            return client.pull(
                    reference,
                    Platform.host(),
                    RegistryLogins.of(System.getenv()).find(reference),
                    store);
        }
    }

    private ImageArchives archives() {
        return new ImageArchives(store, Platform.host());
    }

    /** A name for the base, so that its layers are not garbage-collected between builds. */
    private static Reference localName(Path path) {
        String place = path.toAbsolutePath().normalize().toString();
        return Reference.parse("localhost/base")
                .withTag(Digest.of(place.getBytes(StandardCharsets.UTF_8)).shortHex());
    }

    private static String stamp(Path file) {
        try {
            return file.toRealPath() + " " + Files.size(file) + " " + Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read the base image " + file, e);
        }
    }

    /** Finds Java in an image by {@code JAVA_HOME}, else on the {@code PATH}. */
    private static Base of(Image image) {
        String java = image.config().environment().stream()
                .filter(entry -> entry.startsWith("JAVA_HOME="))
                .map(entry -> entry.substring("JAVA_HOME=".length()) + "/bin/java")
                .findFirst()
                .orElse("java");
        boolean located = image.config().environment().stream()
                .anyMatch(entry -> entry.startsWith("LANG=") || entry.startsWith("LC_ALL="));
        ImageConfig config = located
                ? image.config()
                : image.config().toBuilder().environment(LANG, UTF_8).build();
        return new Base(config, image.layers(), java);
    }

    private Base hostRuntime(Set<String> modules) {
        List<Image.Layer> layers = new HostRuntime(store, jdk, options).layers(modules, progress);
        ImageConfigBuilder config = ImageConfig.empty(Platform.host()).toBuilder()
                .user("65532:65532")
                .environment("PATH", HostRuntime.HOME + "/bin:" + HostImageBuilder.PATH)
                .environment("JAVA_HOME", HostRuntime.HOME)
                .environment(LANG, UTF_8);
        config.layer(layers.get(0).diffId(), "C library and tools of the host");
        config.layer(layers.get(1).diffId(), "Java runtime");
        return new Base(config.build(), layers, HostRuntime.HOME + "/bin/java");
    }
}
