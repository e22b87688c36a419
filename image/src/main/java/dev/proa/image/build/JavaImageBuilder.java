package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.build.Base.AppLayer;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Makes the image of a Java application from its Maven project.
 *
 * <p>The layers, from below: the base, the dependencies, those of them that are snapshots, the resources, the classes;
 * so a change of source makes a new top layer and nothing else. The class path is {@code
 * /app/resources:/app/classes:/app/libs/*}. An application that the build itself has packaged (see {@link PackedApp})
 * is copied as it is. Unchanged source with the same JDK and options gives the same image without running Maven again.
 *
 * <p>The project's {@code pom.xml} may set {@code proa.main.class}, {@code proa.jvm.flags} and {@code proa.port} as properties.
 */
final class JavaImageBuilder {
    /** Part of every cache key: a changed way of building must not find images of this one. */
    private static final String FORMAT = "java 4";

    private static final String CLASS_PATH = "/app/resources:/app/classes:/app/libs/*";
    private static final Set<String> NOT_SOURCE = Set.of("target", "node_modules", "k8s");
    private static final List<String> JVM_FLAGS =
            List.of("-XX:+UseSerialGC", "-XX:MaxRAMPercentage=70", "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData");

    private final Path project;
    private final ImageStore store;
    private final BuildOptions options;
    private final Consumer<BuildEvent> progress;

    JavaImageBuilder(Path project, ImageStore store, BuildOptions options, Consumer<BuildEvent> progress) {
        this.project = project.toAbsolutePath().normalize();
        this.store = store;
        this.options = options;
        this.progress = progress;
    }

    /** Builds, unless these very sources were built before. */
    BuiltImage build(String name) {
        Reactor reactor = Reactor.of(project);
        try (SourceFolder folder = SourceFolder.open(reactor.source())) {
            return build(folder, reactor, name);
        }
    }

    private BuiltImage build(SourceFolder folder, Reactor reactor, String name) {
        PomFile pom = pom(folder, reactor);
        SourcePort port = SourcePort.of(folder, reactor.path(""), pom);
        Jdk jdk = Jdk.find();
        BuildCache builds = new BuildCache(options.cache(), "builds", store);
        BaseResolver bases = new BaseResolver(store, options, jdk, progress);
        String base = bases.identity();
        Digest key = key(folder, reactor, base, name);
        Optional<Image> known = builds.image(key);
        if (known.isPresent()) {
            progress.accept(BuildEvent.detail("source unchanged, image " + Tags.of(name, known.get()) + " stands"));
            return Tags.tag(store, name, known.get(), true);
        }
        BuildUser user = BuildUser.of(project, System.getenv());
        if (user != null) {
            new OutputFolders(folder, reactor, user).give();
        }
        forgetEarlierOutput(folder, reactor);
        Image image;
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            // Most applications need no more modules than the usual ones: that runtime is linked while Maven runs.
            Future<Base> usual = executor.submit(() -> bases.resolve(Set.of()));
            new MavenRun(reactor, pom, jdk, user, options.tests()).run(progress);
            tell(folder, reactor);
            if (!port.file().isEmpty()) {
                progress.accept(
                        BuildEvent.detail("it listens on port " + port.port() + ", as " + port.file() + " says"));
            }
            try (MavenOutput output =
                    MavenOutput.of(folder, reactor, options.cache().resolve("work"))) {
                image = assemble(pom, port, output, bases, usual, Reference.parse(name));
            }
        }
        // Do not cache the result if sources changed during the build.
        if (key(folder, reactor, base, name).equals(key)) {
            builds.put(key, image);
        }
        return Tags.tag(store, name, image, false);
    }

    /** Reports what users may expect to happen and does not. */
    private void tell(SourceFolder folder, Reactor reactor) {
        if (!options.tests() && folder.kind(reactor.path("src/test")) == SourceFolder.Kind.DIRECTORY) {
            progress.accept(BuildEvent.detail("tests were not run; have them run first with --test"));
        }
        if (folder.kind(reactor.path("Dockerfile")) == SourceFolder.Kind.FILE) {
            progress.accept(BuildEvent.detail(
                    "the Dockerfile is not used, as --builder project says: what else the image needs goes into "
                            + "src/main/resources"));
        }
    }

    private PomFile pom(SourceFolder folder, Reactor reactor) {
        return PomFile.parse(folder.read(reactor.path("pom.xml")), project.resolve("pom.xml"));
    }

    /**
     * Deletes output of earlier builds, such as deleted resources or old versions of libraries, which must not get into
     * the image. The compiler recompiles a changed module completely anyway.
     */
    private static void forgetEarlierOutput(SourceFolder folder, Reactor reactor) {
        folder.delete(reactor.path("target/classes"));
        folder.delete(reactor.path(MavenRun.LIBRARIES));
        folder.delete(reactor.path(PackedApp.QUARKUS));
        MavenOutput.runners(folder, reactor).forEach(folder::delete);
    }

    private Digest key(SourceFolder folder, Reactor reactor, String base, String name) {
        SourceHash hash = new SourceHash()
                .add("format", FORMAT)
                .add("name", name)
                .add("base", base)
                .add("options", options.toString())
                .add("module", reactor.path(""))
                .tree(folder, "", JavaImageBuilder::isSource);
        if (!reactor.source().equals(reactor.root())) {
            try (SourceFolder parent = SourceFolder.open(reactor.root())) {
                hash.tree(parent, "", JavaImageBuilder::isSource);
            }
        }
        for (Path inherited : reactor.inherited()) {
            try (SourceFolder parent = SourceFolder.open(inherited.resolveSibling(""))) {
                String pom = String.valueOf(inherited.getFileName());
                hash.add("parent", Digest.of(parent.read(pom)).toString());
            }
        }
        return hash.finish();
    }

    private static boolean isSource(Path relative) {
        String name = relative.getFileName().toString();
        return !NOT_SOURCE.contains(name) && (!name.startsWith(".") || name.equals(".mvn"));
    }

    private Image assemble(
            PomFile pom, SourcePort port, MavenOutput output, BaseResolver bases, Future<Base> usual, Reference name) {
        Path classes = output.classes();
        PackedApp packed = output.packed();
        List<Path> libraries =
                packed != null ? packed.jars() : pom.mayHaveRuntimeDependencies() ? output.libraries() : List.of();
        ClassScan.Result scan = ClassScan.of(classes, bases.dependsOnModules() ? libraries : List.of());
        List<String> start = packed != null
                ? List.of("-jar", "/app/" + packed.jar())
                : List.of("-cp", CLASS_PATH, mainClass(pom, output, scan.mainClasses()));
        await(usual);
        Base base = bases.resolve(scan.modules());
        progress.accept(BuildEvent.step("writing the image"));
        List<AppLayer> layers = new ArrayList<>();
        if (packed != null) {
            add(layers, "dependencies", tree("/app", packed.root(), packed.libraries()));
            add(
                    layers,
                    "application",
                    tree("/app", packed.root(), packed.libraries().negate()));
        } else {
            add(layers, "dependencies", libraries(libraries, jar -> !isSnapshot(jar)));
            add(layers, "snapshot dependencies", libraries(libraries, JavaImageBuilder::isSnapshot));
            add(layers, "resources", tree("/app/resources", classes, file -> !isClass(file)));
            add(layers, "classes", tree("/app/classes", classes, JavaImageBuilder::isClass));
        }
        return base.build(
                store,
                layers,
                config -> {
                    config.entrypoint(command(base.launcher(), pom, start))
                            .workingDirectory("/app")
                            .exposedPort(port.port() + "/tcp")
                            .label("org.opencontainers.image.title", pom.artifactId());
                    options.labels().forEach(config::label);
                    return config;
                },
                name);
    }

    /** Waits for the runtime that is being linked, rather than linking twice at once; its result is cached. */
    private static void await(Future<Base> usual) {
        try {
            usual.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ImageFailure failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageFailure(ImageFailure.Reason.BUILD_FAILED, "interrupted while linking a Java runtime", e);
        }
    }

    private List<String> command(List<String> launcher, PomFile pom, List<String> start) {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(JVM_FLAGS);
        String flags = pom.properties().getOrDefault("proa.jvm.flags", "");
        Stream.of(flags.split("\\s+")).filter(flag -> !flag.isEmpty()).forEach(command::add);
        command.addAll(options.jvmFlags());
        command.addAll(start);
        return command;
    }

    private void add(List<AppLayer> layers, String name, LayerContent content) {
        if (!content.isEmpty()) {
            layers.add(new AppLayer(name, content.writeTo(store, options.compression())));
        }
    }

    private static LayerContent libraries(List<Path> libraries, Predicate<Path> wanted) {
        LayerContent content = new LayerContent();
        libraries.stream().filter(wanted).forEach(jar -> content.file("/app/libs/" + jar.getFileName(), jar, 0644));
        return content;
    }

    private static boolean isSnapshot(Path jar) {
        return jar.getFileName().toString().contains("SNAPSHOT");
    }

    private static boolean isClass(Path file) {
        return file.toString().endsWith(".class");
    }

    /** The selected files with their directories, without empty ones. */
    private static LayerContent tree(String path, Path directory, Predicate<Path> wanted) {
        LayerContent content = new LayerContent();
        try (Stream<Path> files = Files.walk(directory)) {
            files.filter(Files::isRegularFile)
                    .filter(wanted)
                    .forEach(file -> content.file(path + "/" + directory.relativize(file), file, 0644));
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + directory, e);
        }
        return content;
    }

    private String mainClass(PomFile pom, MavenOutput output, List<String> candidates) {
        if (options.mainClass() != null) {
            return options.mainClass();
        }
        String configured = pom.properties().get("proa.main.class");
        if (configured != null) {
            return configured;
        }
        String ofJar = output.mainClassOfJar();
        return ofJar == null ? MainClass.choose(project, candidates) : ofJar;
    }
}
