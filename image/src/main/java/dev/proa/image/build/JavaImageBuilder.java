package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.build.Base.AppLayer;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.store.FileTrees;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the image of a Java application from its Maven project.
 *
 * <p>The layers, from below: the base, the dependencies, those of them that are snapshots, the resources, the classes; so a
 * change of source makes a new top layer and nothing else. The class path is {@code /app/resources:/app/classes:/app/libs/*}.
 * The same source with the same JDK and options gives the same image, without Maven being run again.
 *
 * <p>The project's {@code pom.xml} may set {@code proa.main.class}, {@code proa.jvm.flags} and {@code proa.port} as properties.
 */
final class JavaImageBuilder {
    /** Part of every key: another way of building must not find the images of this one. */
    private static final String FORMAT = "java 1";

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
        PomFile pom = PomFile.read(project.resolve("pom.xml"));
        Jdk jdk = Jdk.find();
        BuildCache builds = new BuildCache(options.cache(), "builds", store);
        BaseResolver bases = new BaseResolver(store, options, jdk, progress);
        String base = bases.identity();
        Digest key = key(pom, base, name);
        Optional<Image> known = builds.image(key);
        if (known.isPresent()) {
            progress.accept(BuildEvent.detail("source unchanged, image " + Tags.of(name, known.get()) + " stands"));
            return Tags.tag(store, name, known.get(), true);
        }
        Image image;
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            // Most applications need no more modules than the usual ones: that runtime is linked while Maven runs.
            Future<Base> usual = executor.submit(() -> bases.resolve(Set.of()));
            forgetEarlierOutput();
            new MavenRun(project, pom, jdk).run(progress);
            image = assemble(pom, bases, usual, Reference.parse(name));
        }
        // Sources that change while they are being built must not be taken for what came of it.
        if (key(PomFile.read(project.resolve("pom.xml")), base, name).equals(key)) {
            builds.put(key, image);
        }
        return Tags.tag(store, name, image, false);
    }

    /**
     * Maven leaves what it once made: a resource that was deleted, a library of an older version. They are not part of the source,
     * and must not become part of its image. The compiler compiles all of a changed module anyway.
     */
    private void forgetEarlierOutput() {
        try {
            FileTrees.delete(project.resolve("target/classes"));
            FileTrees.delete(project.resolve(MavenRun.LIBRARIES));
        } catch (IOException e) {
            throw ImageFailure.storage("cannot delete the output of an earlier build in " + project, e);
        }
    }

    private Digest key(PomFile pom, String base, String name) {
        SourceHash hash = new SourceHash()
                .add("format", FORMAT)
                .add("name", name)
                .add("base", base)
                .add("options", options.toString())
                .tree(project, JavaImageBuilder::isSource);
        Path at = project;
        for (PomFile here = pom; here.parent() != null && !here.parent().isEmpty(); ) {
            Path parent = at.resolve(here.parent()).normalize();
            Path file = Files.isDirectory(parent) ? parent.resolve("pom.xml") : parent;
            if (!Files.isRegularFile(file) || file.getParent() == null) {
                break;
            }
            at = file.getParent();
            Path directory = at;
            hash.tree(
                    at,
                    relative ->
                            isSource(relative) && !directory.resolve(relative).startsWith(project));
            here = PomFile.read(file);
        }
        return hash.finish();
    }

    private static boolean isSource(Path relative) {
        String name = relative.getFileName().toString();
        return !NOT_SOURCE.contains(name) && (!name.startsWith(".") || name.equals(".mvn"));
    }

    private Image assemble(PomFile pom, BaseResolver bases, Future<Base> usual, Reference name) {
        Path classes = project.resolve("target/classes");
        if (!Files.isDirectory(classes)) {
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED,
                    "the Maven build of " + project + " left no target/classes: is its build directory another one?");
        }
        List<Path> libraries = pom.mayHaveRuntimeDependencies() ? libraries() : List.of();
        ClassScan.Result scan = ClassScan.of(classes, bases.dependsOnModules() ? libraries : List.of());
        String mainClass = mainClass(pom, scan.mainClasses());
        await(usual);
        Base base = bases.resolve(scan.modules());
        progress.accept(BuildEvent.step("writing the image"));
        List<AppLayer> layers = new ArrayList<>();
        add(layers, "dependencies", libraries(libraries, jar -> !isSnapshot(jar)));
        add(layers, "snapshot dependencies", libraries(libraries, JavaImageBuilder::isSnapshot));
        add(layers, "resources", tree("/app/resources", classes, file -> !isClass(file)));
        add(layers, "classes", tree("/app/classes", classes, JavaImageBuilder::isClass));
        return base.build(
                store,
                layers,
                config -> {
                    config.entrypoint(command(base.java(), pom, mainClass))
                            .workingDirectory("/app")
                            .exposedPort(pom.properties().getOrDefault("proa.port", "8080") + "/tcp")
                            .label("org.opencontainers.image.title", pom.artifactId());
                    options.labels().forEach(config::label);
                    return config;
                },
                name);
    }

    /** What it made is remembered, so it is found again if it fits. Linking twice at once would help nobody. */
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

    private List<String> command(String java, PomFile pom, String mainClass) {
        List<String> command = new ArrayList<>();
        command.add(java);
        command.addAll(JVM_FLAGS);
        String flags = pom.properties().getOrDefault("proa.jvm.flags", "");
        Stream.of(flags.split("\\s+")).filter(flag -> !flag.isEmpty()).forEach(command::add);
        command.addAll(options.jvmFlags());
        command.addAll(List.of("-cp", "/app/resources:/app/classes:/app/libs/*", mainClass));
        return command;
    }

    private void add(List<AppLayer> layers, String name, LayerContent content) {
        if (!content.isEmpty()) {
            layers.add(new AppLayer(name, content.writeTo(store, options.compression())));
        }
    }

    private List<Path> libraries() {
        Path folder = project.resolve(MavenRun.LIBRARIES);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + folder, e);
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

    /** The wanted files with their directories, and no empty ones. */
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

    private String mainClass(PomFile pom, List<String> candidates) {
        if (options.mainClass() != null) {
            return options.mainClass();
        }
        String configured = pom.properties().get("proa.main.class");
        if (configured != null) {
            return configured;
        }
        String ofJar = mainClassOfJar();
        if (ofJar != null) {
            return ofJar;
        }
        return MainClass.choose(project, candidates);
    }

    /** What the jar that Maven made says; a Spring Boot jar starts a loader that starts the class we want. */
    private @Nullable String mainClassOfJar() {
        Path target = project.resolve("target");
        try (Stream<Path> files = Files.list(target)) {
            // One of an older version may still be there.
            for (Path jar : files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted(Comparator.comparing(JavaImageBuilder::modified).reversed())
                    .toList()) {
                try (JarFile file = new JarFile(jar.toFile())) {
                    Manifest manifest = file.getManifest();
                    if (manifest == null) {
                        continue;
                    }
                    Attributes attributes = manifest.getMainAttributes();
                    String start = attributes.getValue("Start-Class");
                    String main = start == null ? attributes.getValue(Attributes.Name.MAIN_CLASS) : start;
                    if (main != null) {
                        return main;
                    }
                }
            }
            return null;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read the jar in " + target, e);
        }
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + file, e);
        }
    }
}
