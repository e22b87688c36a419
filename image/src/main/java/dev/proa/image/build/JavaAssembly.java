package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.JsonDocument;
import dev.proa.image.Reference;
import dev.proa.image.build.Base.AppLayer;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.store.ImageStore;
import dev.proa.image.war.WarServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
    private static final String LIBRARIES = "/app/libs";
    private static final String CLASS_PATH = "/app/resources:/app/classes:" + LIBRARIES + "/*";
    /** The servlet container of a war, and the war. */
    private static final String SERVER = "/app/server";

    static final String WEB = "/app/web";
    private static final List<String> JVM_FLAGS =
            List.of("-XX:+UseSerialGC", "-XX:MaxRAMPercentage=70", "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData");

    /** Makes the image of what a build left. */
    Image assemble(JavaParts parts, BaseResolver bases, Future<Base> usual) {
        List<Path> libraries = parts.libraries();
        if (parts.form() instanceof JavaForm.WebApp web) {
            libraries = Stream.concat(libraries.stream(), web.server().stream()).toList();
        }
        Set<String> modules = bases.dependsOnModules() ? modules(key(libraries), libraries) : Set.of();
        ClassScan.Result scan = ClassScan.of(parts.classes(), modules);
        List<String> start = switch (parts.form()) {
            case JavaForm.ClassPath(String main, BootIndex index) ->
                List.of("-cp", CLASS_PATH, mainClass(main, scan.mainClasses()));
            case PackedApp packed -> List.of("-jar", "/app/" + packed.jar());
            case JavaForm.WebApp web -> List.of("-cp", SERVER + ":" + SERVER + "/*", WarServer.class.getName(), WEB);
        };
        await(usual);
        Base base = bases.resolve(scan.modules());
        progress.accept(BuildEvent.step("writing the image"));
        List<AppLayer> layers = new ArrayList<>();
        switch (parts.form()) {
            case JavaForm.ClassPath(String main, BootIndex index) -> addLayers(layers, parts, index);
            case PackedApp packed -> {
                add(layers, "dependencies", tree("/app", packed.root(), packed.libraries()));
                add(layers, "application", tree("/app", packed.root(), packed.others()));
            }
            case JavaForm.WebApp web -> addLayers(layers, parts, web);
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

    /** Identifies libraries by their names and contents. */
    private static Digest key(List<Path> libraries) {
        SourceHash hash = new SourceHash();
        for (Path library : libraries) {
            try {
                hash.add(
                        String.valueOf(library.getFileName()),
                        Digest.of(Files.readAllBytes(library)).toString());
            } catch (IOException e) {
                throw ImageFailure.storage("cannot read " + library, e);
            }
        }
        return hash.finish();
    }

    /** The modules of the JDK that libraries refer to; reading all their classes takes long, so it is done once. */
    private Set<String> modules(Digest key, List<Path> libraries) {
        BuildCache scans = new BuildCache(options.cache(), "modules", store);
        JsonDocument known = scans.read(key);
        if (known != null) {
            return Set.copyOf(known.strings("modules"));
        }
        Set<String> modules = ClassScan.modules(libraries);
        scans.write(key, Map.of("modules", List.copyOf(modules)));
        return modules;
    }

    /** Adds the layers that the project asks for, else the usual ones. Classes, which change most, are above other files. */
    private void addLayers(List<AppLayer> layers, JavaParts parts, @Nullable BootIndex index) {
        Path classes = parts.classes();
        if (index == null) {
            addLibraries(layers, parts.libraries(), LIBRARIES);
            add(layers, "resources", tree("/app/resources", classes, file -> !isClass(file)));
            add(layers, "classes", tree("/app/classes", classes, JavaAssembly::isClass));
            return;
        }
        for (BootIndex.Layer layer : index.layers()) {
            Predicate<Path> here = file -> index.ofOwn(classes.relativize(file).toString()) == layer;
            Predicate<Path> library = jar -> index.ofLibrary(String.valueOf(jar.getFileName())) == layer;
            addKnown(layers, layer.name(), parts.libraries().stream().filter(library), LIBRARIES);
            add(layers, layer.name() + " resources", tree("/app/resources", classes, here.and(file -> !isClass(file))));
            add(layers, layer.name() + " classes", tree("/app/classes", classes, here.and(JavaAssembly::isClass)));
        }
    }

    /** Adds the layers of a war: the server, its libraries, what else is in it, its classes. */
    private void addLayers(List<AppLayer> layers, JavaParts parts, JavaForm.WebApp web) {
        addKnown(layers, "server", web.server().stream(), SERVER);
        ProgramClass launcher = ProgramClass.of(WarServer.class);
        add(layers, "launcher", new LayerContent().file(SERVER + "/" + launcher.path(), launcher.bytes(), 0644));
        addLibraries(layers, parts.libraries(), WEB + "/WEB-INF/lib");
        add(layers, "files", tree(WEB, web.root(), file -> true));
        String classes = WEB + "/WEB-INF/classes";
        add(layers, "resources", tree(classes, parts.classes(), file -> !isClass(file)));
        add(layers, "classes", tree(classes, parts.classes(), JavaAssembly::isClass));
    }

    /** Identifies what this puts beside wars. */
    static String servers() {
        return ProgramClass.of(WarServer.class).digest() + " "
                + Stream.of(ServletApi.values()).map(ServletApi::tomcat).toList();
    }

    private void addLibraries(List<AppLayer> layers, List<Path> libraries, String to) {
        addKnown(layers, "dependencies", libraries.stream().filter(jar -> !isSnapshot(jar)), to);
        addKnown(layers, "snapshot dependencies", libraries.stream().filter(JavaAssembly::isSnapshot), to);
    }

    /** Adds a layer of libraries, which is not written again while they are the same. */
    private void addKnown(List<AppLayer> layers, String name, Stream<Path> libraries, String to) {
        List<Path> selected = libraries.toList();
        if (selected.isEmpty()) {
            return;
        }
        Digest key = new SourceHash()
                .add("libraries", key(selected).toString())
                .add("to", to)
                .add("compression", options.compression().name())
                .finish();
        BuildCache known = new BuildCache(options.cache(), "layers", store);
        JsonDocument json = known.read(key);
        Image.Layer layer = json == null ? null : known.layer(json);
        if (layer != null) {
            layers.add(new AppLayer(name, layer));
        } else {
            add(layers, name, libraries(selected, to));
            known.write(key, BuildCache.layerJson(layers.getLast().layer()));
        }
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

    private static LayerContent libraries(List<Path> libraries, String to) {
        LayerContent content = new LayerContent();
        libraries.forEach(jar -> content.file(to + "/" + jar.getFileName(), jar, 0644));
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

    private String mainClass(@Nullable String named, List<String> candidates) {
        if (options.mainClass() != null) {
            return options.mainClass();
        }
        return named == null ? MainClass.choose(project, candidates) : named;
    }
}
