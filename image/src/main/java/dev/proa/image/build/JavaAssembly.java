package dev.proa.image.build;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.build.Base.AppLayer;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Makes the image of a Java application from what its build left. The layers, from below: the base, the dependencies,
 * those of them that are snapshots, the resources, the classes; an application that the build itself has packaged (see
 * {@link PackedApp}) is copied as it is.
 *
 * @param title of the image
 * @param port that the application listens on
 * @param jvmFlags that the project asks for
 */
record JavaAssembly(
        Path project,
        String title,
        int port,
        String jvmFlags,
        ImageStore store,
        BuildOptions options,
        Consumer<BuildEvent> progress,
        Reference name) {
    private static final String CLASS_PATH = "/app/resources:/app/classes:/app/libs/*";
    private static final List<String> JVM_FLAGS =
            List.of("-XX:+UseSerialGC", "-XX:MaxRAMPercentage=70", "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData");

    /** Makes the image of what a build left. */
    Image assemble(JavaParts parts, BaseResolver bases, Future<Base> usual) {
        Path classes = parts.classes();
        PackedApp packed = parts.packed();
        List<Path> libraries = parts.libraries();
        ClassScan.Result scan = ClassScan.of(classes, bases.dependsOnModules() ? libraries : List.of());
        List<String> start = packed != null
                ? List.of("-jar", "/app/" + packed.jar())
                : List.of("-cp", CLASS_PATH, mainClass(parts, scan.mainClasses()));
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
            add(layers, "snapshot dependencies", libraries(libraries, JavaAssembly::isSnapshot));
            add(layers, "resources", tree("/app/resources", classes, file -> !isClass(file)));
            add(layers, "classes", tree("/app/classes", classes, JavaAssembly::isClass));
        }
        return base.build(
                store,
                layers,
                config -> {
                    config.entrypoint(command(base.launcher(), start))
                            .workingDirectory("/app")
                            .exposedPort(port + "/tcp")
                            .label("org.opencontainers.image.title", title);
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

    private List<String> command(List<String> launcher, List<String> start) {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(JVM_FLAGS);
        Stream.of(jvmFlags.split("\\s+")).filter(flag -> !flag.isEmpty()).forEach(command::add);
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

    private String mainClass(JavaParts parts, List<String> candidates) {
        if (options.mainClass() != null) {
            return options.mainClass();
        }
        String named = parts.mainClass();
        return named == null ? MainClass.choose(project, candidates) : named;
    }
}
