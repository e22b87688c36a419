package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.elf.LibraryClosure;
import dev.proa.image.layer.Compression;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.store.FileTrees;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A base image made from this machine: a Java runtime that {@code jlink} creates from the JDK, the C library it needs,
 * and a few tools. Linking takes seconds, so the layers are cached by JDK and modules until one of their source files
 * changes.
 */
final class HostRuntime {
    /** Where the runtime is in the image. */
    static final String HOME = "/opt/java";

    /** Modules that most servers use sooner or later, often by reflection; together they add little to java.base. */
    private static final Set<String> USUAL_MODULES = Set.of(
            "java.base",
            "java.instrument",
            "java.logging",
            "java.management",
            "java.naming",
            "java.net.http",
            "java.sql",
            "java.xml",
            "jdk.httpserver",
            "jdk.jdwp.agent", // for debuggers, which start it by an option
            "jdk.jfr",
            "jdk.management",
            "jdk.naming.dns",
            "jdk.net",
            "jdk.unsupported",
            "jdk.zipfs");

    private static final String FORMAT = "4";

    private final Path cache;
    private final ImageStore store;
    private final Jdk jdk;
    private final boolean tools;
    private final Compression compression;
    private final BuildCache known;

    HostRuntime(ImageStore store, Jdk jdk, BuildOptions options) {
        cache = options.cache();
        compression = options.compression();
        tools = options.hostTools();
        this.store = store;
        this.jdk = jdk;
        known = new BuildCache(cache, "runtimes", store);
    }

    /** The modules of a runtime that serves an application which uses {@code needed}. */
    static Set<String> modules(Set<String> needed) {
        Set<String> modules = new TreeSet<>(USUAL_MODULES);
        modules.addAll(needed);
        return modules;
    }

    /** The layers of a runtime with these modules: the system below, Java above. */
    List<Image.Layer> layers(Set<String> modules, Consumer<BuildEvent> progress) {
        Digest key = new SourceHash()
                .add("format", FORMAT)
                .add("jdk", jdk.identity())
                .add("modules", new TreeSet<>(modules).toString())
                .add("tools", String.valueOf(tools))
                .add("compression", compression.name())
                .finish();
        return new HostLayers(known).of(key, () -> {
            progress.accept(BuildEvent.step("linking a Java runtime of " + modules.size() + " modules (once)"));
            return make(modules);
        });
    }

    private HostLayers.Made make(Set<String> modules) {
        Path work = cache.resolve("linking-" + UUID.randomUUID());
        try {
            Files.createDirectories(cache);
            link(modules, work);
            LayerContent system = new LayerContent();
            HostFiles.addSkeleton(system);
            HostFiles.addLocale(system);
            LibraryClosure.Result libraries = LibraryClosure.of(executables(work));
            libraries.missing().forEach(HostRuntime::refuseIfEssential);
            HostFiles.addLibraries(system, libraries, work);
            Set<Path> sources = new TreeSet<>(libraries.files());
            if (tools) {
                sources.addAll(HostTools.addTo(system));
            }
            sources.removeIf(file -> file.startsWith(work));
            LayerContent java = new LayerContent().tree(HOME, work);
            return new HostLayers.Made(
                    List.of(system.writeTo(store, compression), java.writeTo(store, compression)), sources);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot make a Java runtime below " + cache, e);
        } finally {
            delete(work);
        }
    }

    private void link(Set<String> modules, Path target) throws IOException {
        Command.Outcome outcome = Command.run(
                List.of(
                        jdk.program("jlink"),
                        "--add-modules",
                        String.join(",", modules),
                        "--strip-java-debug-attributes", // native symbols would take objcopy, which few machines have
                        "--no-header-files",
                        "--no-man-pages",
                        // Uncompressed, so that classes can be mapped: the layer is a little larger, each start faster.
                        "--compress",
                        "zip-0",
                        "--vm",
                        "server",
                        "--output",
                        target.toString()),
                cache,
                Map.of());
        requireSuccess("jlink", outcome);
        archiveClasses(target);
        FileTrees.delete(target.resolve("legal"));
    }

    /**
     * Adds a CDS archive, which the JVM maps at start: the default classes, and those that a server on the JDK's HTTP
     * server loads. Each start then takes about a third less processor time and each process some 13 MB less memory.
     */
    private void archiveClasses(Path runtime) throws IOException {
        Path list = runtime.resolve("server.classlist");
        String usual = Files.readString(runtime.resolve("lib/classlist"));
        Files.writeString(list, usual + "\n" + serverClasses());
        Command.Outcome outcome = Command.run(
                List.of(
                        runtime.resolve("bin/java").toString(),
                        // The only collector that can write an archive with objects in it; all can read one.
                        "-XX:+UseG1GC",
                        "-Xshare:dump",
                        "-XX:SharedClassListFile=" + list,
                        "-XX:SharedArchiveFile=" + runtime.resolve("lib/server/classes.jsa")),
                cache,
                Map.of());
        requireSuccess("java -Xshare:dump", outcome);
        Files.delete(list);
    }

    private static String serverClasses() throws IOException {
        try (InputStream in = HostRuntime.class.getResourceAsStream("server.classlist")) {
            if (in == null) {
                throw new IllegalStateException("server.classlist is not where this class is");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void requireSuccess(String what, Command.Outcome outcome) {
        if (outcome.exitCode() != 0) {
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED,
                    what + " of " + jdk.home() + " failed: " + outcome.output().strip());
        }
    }

    private static List<Path> executables(Path runtime) throws IOException {
        try (Stream<Path> files = Files.walk(runtime)) {
            return files.filter(file -> file.toString().endsWith(".so")
                            || file.getParent() != null && file.getParent().endsWith("bin"))
                    .filter(Files::isRegularFile)
                    .toList();
        }
    }

    /** Fails if a library is missing, unless only GUI or sound libraries need it, which containers do not use. */
    private static void refuseIfEssential(String library, Path user) {
        String name = user.getFileName().toString();
        if (List.of("java", "libjvm.so", "libjava.so", "libjli.so", "libnio.so", "libnet.so")
                .contains(name)) {
            throw ImageFailure.notFound(
                    "cannot find the library " + library + " that " + name + " needs; install the package it is in");
        }
    }

    private static void delete(Path work) {
        try {
            FileTrees.delete(work);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot delete " + work, e);
        }
    }
}
