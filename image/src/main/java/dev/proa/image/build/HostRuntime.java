package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.JsonDocument;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
            "jdk.jfr",
            "jdk.management",
            "jdk.naming.dns",
            "jdk.net",
            "jdk.unsupported",
            "jdk.zipfs");

    /** Tools for users and probes in the container; those that are not installed are left out. */
    private static final List<String> TOOLS = List.of(
            "sh",
            "ls",
            "cat",
            "cp",
            "mv",
            "rm",
            "mkdir",
            "ln",
            "tar",
            "env",
            "id",
            "echo",
            "printf",
            "sleep",
            "date",
            "head",
            "tail",
            "grep",
            "sed",
            "find",
            "wc",
            "sort",
            "cut",
            "touch",
            "chmod",
            "stat",
            "df",
            "du",
            "ps",
            "uname",
            "hostname",
            "true",
            "false",
            "test",
            "sync",
            "tee",
            "dd",
            "md5sum",
            "sha256sum",
            "base64",
            "seq",
            "tr",
            "uniq",
            "whoami");

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
        List<Image.Layer> layers = remembered(key);
        if (layers != null) {
            return layers;
        }
        progress.accept(BuildEvent.step("linking a Java runtime of " + modules.size() + " modules (once)"));
        return make(key, modules);
    }

    private @Nullable List<Image.Layer> remembered(Digest key) {
        JsonDocument json = known.read(key);
        if (json == null) {
            return null;
        }
        for (Map.Entry<String, String> file : json.stringMap("files").entrySet()) {
            if (!stamp(Path.of(file.getKey())).equals(file.getValue())) {
                return null;
            }
        }
        List<Image.Layer> layers = new ArrayList<>();
        for (JsonDocument entry : json.objects("layers")) {
            Image.Layer layer = known.layer(entry);
            if (layer == null) {
                return null;
            }
            layers.add(layer);
        }
        return layers;
    }

    private List<Image.Layer> make(Digest key, Set<String> modules) {
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
                sources.addAll(addTools(system));
            }
            LayerContent java = new LayerContent().tree(HOME, work);
            List<Image.Layer> layers = List.of(system.writeTo(store, compression), java.writeTo(store, compression));
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("layers", layers.stream().map(BuildCache::layerJson).toList());
            json.put("files", stamps(sources, work));
            known.write(key, json);
            return layers;
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

    private static Set<Path> addTools(LayerContent layer) {
        List<Path> found = new ArrayList<>();
        for (String tool : TOOLS) {
            Optional<Path> path = HostImageBuilder.find(tool);
            path.ifPresent(found::add);
        }
        LibraryClosure.Result libraries = LibraryClosure.of(found);
        if (!libraries.missing().isEmpty()) {
            return Set.of();
        }
        found.forEach(tool -> HostFiles.add(layer, tool));
        HostFiles.addLibraries(layer, libraries, Path.of("/nowhere"));
        Set<Path> sources = new TreeSet<>(found);
        sources.addAll(libraries.files());
        return sources;
    }

    private static Map<String, String> stamps(Set<Path> files, Path except) {
        Map<String, String> stamps = new TreeMap<>();
        for (Path file : files) {
            if (!file.startsWith(except)) {
                stamps.put(file.toString(), stamp(file));
            }
        }
        return stamps;
    }

    private static String stamp(Path file) {
        try {
            return Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            return "gone";
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
