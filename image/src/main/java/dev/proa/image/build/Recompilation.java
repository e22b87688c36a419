package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.JsonDocument;
import dev.proa.image.source.SourceCopy;
import dev.proa.image.source.SourceCopy.Links;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.store.FileTrees;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Compiles a module again within this process, when nothing but its Java sources has changed since Maven built it: its
 * libraries and resources are kept from that build. Starting Maven takes longer than compiling a module. No annotation
 * processor runs, so nothing of the folder is executed, except by Quarkus (see {@link QuarkusRebuild}); modules that need more than a compiler are left to Maven (see
 * {@link PlainModule}), and so is every error.
 *
 * @param directory of what is kept, one directory for each state of all that is not Java source
 */
record Recompilation(Path directory) {
    private static final String SOURCES = "src/main/java";
    private static final String PROCESSORS = "META-INF/services/javax.annotation.processing.Processor";
    /** Kept for this many states. */
    private static final int MOST = 10;
    /** The first version of class files is 45, of Java 1. */
    private static final int MAJOR_OF_JAVA_0 = 44;

    /** Whether a path is a Java source that this can compile, or of a test. */
    static boolean isJava(Reactor reactor, Path path) {
        return path.startsWith(reactor.path("src/test"))
                || path.startsWith(reactor.path(SOURCES)) && path.toString().endsWith(".java");
    }

    /**
     * Keeps what a build left.
     *
     * @param key of all that is not Java source
     * @param parameters whether classes keep the names of parameters
     */
    void keep(Digest key, JavaParts parts, boolean parameters) {
        if (parts.form() instanceof PackedApp packed && !packed.canBeBuiltAgain()) {
            return;
        }
        Path made = directory.resolve("new-" + UUID.randomUUID());
        try {
            List<Path> libraries = parts.libraries();
            if (hasProcessor(libraries)) {
                return;
            }
            Files.createDirectories(made.resolve("libs"));
            for (Path library : parts.form() instanceof PackedApp ? List.<Path>of() : libraries) {
                Files.copy(library, made.resolve("libs").resolve(library.getFileName()));
            }
            Map<String, Object> state = copy(parts.classes(), made.resolve("resources"));
            flag(state, "parameters", parameters);
            keep(parts.form(), made, state);
            Files.write(made.resolve("state.json"), JsonDocument.write(state));
            FileTrees.delete(directory.resolve(key.hex()));
            Files.move(made, directory.resolve(key.hex()), StandardCopyOption.ATOMIC_MOVE);
            forgetOld();
        } catch (FileAlreadyExistsException e) {
            // Another build of the same was faster.
        } catch (IOException e) {
            throw ImageFailure.storage("cannot write below " + directory, e);
        } finally {
            delete(made);
        }
    }

    private static void keep(JavaForm form, Path made, Map<String, Object> state) throws IOException {
        switch (form) {
            case JavaForm.ClassPath(String main, BootIndex index) -> {
                if (main != null) {
                    state.put("main", main);
                }
                if (index != null) {
                    state.put("layers", index.text());
                }
            }
            case JavaForm.WebApp(Path root, List<Path> server) -> {
                state.put("web", true);
                copyTree(root, Files.createDirectories(made.resolve("web")));
                Files.createDirectories(made.resolve("server"));
                for (Path jar : server) {
                    Files.copy(jar, made.resolve("server").resolve(jar.getFileName()));
                }
            }
            case PackedApp(Path root, String jar) -> {
                state.put("packed", jar);
                copyTree(root, made.resolve("packed").resolve(QuarkusRebuild.DIRECTORY));
            }
        }
    }

    private static JavaForm form(JsonDocument state, Path kept) throws IOException {
        String packed = state.string("packed");
        if (packed != null) {
            return new PackedApp(kept.resolve("packed").resolve(QuarkusRebuild.DIRECTORY), packed);
        }
        if (state.flag("web")) {
            return new JavaForm.WebApp(kept.resolve("web"), list(kept.resolve("server")));
        }
        String layers = state.string("layers");
        return new JavaForm.ClassPath(state.string("main"), layers == null ? null : BootIndex.parse(layers));
    }

    /** Copies the resources, and returns how the classes were compiled. */
    private static Map<String, Object> copy(Path classes, Path to) throws IOException {
        Map<String, Object> state = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (file.toString().endsWith(".class")) {
                    describe(Files.readAllBytes(file), state);
                    continue;
                }
                Path target = to.resolve(classes.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
        Files.createDirectories(to);
        return state;
    }

    /** Adds the options that a class was compiled with, which show in it. */
    private static void describe(byte[] type, Map<String, Object> state) {
        long major = (type[6] & 0xff) << 8 | type[7] & 0xff;
        boolean preview = type[4] != 0 || type[5] != 0;
        state.merge("release", major - MAJOR_OF_JAVA_0, (a, b) -> a.equals(b) ? a : 0L);
        String text = new String(type, StandardCharsets.ISO_8859_1);
        flag(state, "preview", preview);
        flag(state, "parameters", text.contains("MethodParameters"));
        flag(state, "variables", text.contains("LocalVariableTable"));
    }

    private static void flag(Map<String, Object> state, String name, boolean set) {
        state.merge(name, set, (a, b) -> Boolean.TRUE.equals(a) || Boolean.TRUE.equals(b));
    }

    private static boolean hasProcessor(List<Path> libraries) throws IOException {
        for (Path library : libraries) {
            try (JarFile jar = new JarFile(library.toFile())) {
                if (jar.getEntry(PROCESSORS) != null) {
                    return true;
                }
            }
        }
        return false;
    }

    private void forgetOld() throws IOException {
        List<Path> kept;
        try (Stream<Path> all = Files.list(directory)) {
            kept = all.sorted(Comparator.comparing(Recompilation::age).reversed())
                    .toList();
        }
        for (Path old : kept.subList(Math.min(MOST, kept.size()), kept.size())) {
            FileTrees.delete(old);
        }
    }

    private static FileTime age(Path path) {
        try {
            return Files.getLastModifiedTime(path);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }

    /**
     * Compiles.
     *
     * @return null when nothing is kept for the key, or the compiler reports an error, which Maven then reports
     */
    @Nullable
    JavaOutput compile(Digest key, SourceFolder folder, Reactor reactor, Path work, QuarkusRebuild quarkus) {
        Path kept = directory.resolve(key.hex());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null || !Files.isDirectory(kept)) {
            return null;
        }
        SourceCopy copy = SourceCopy.in(work);
        boolean compiled = false;
        try {
            JsonDocument state = JsonDocument.parse(Files.readAllBytes(kept.resolve("state.json")), "state.json");
            Path sources = copy.add(folder, reactor.path(SOURCES), path -> true, Links.FILES);
            Path classes = Files.createDirectories(copy.place("proa-classes"));
            List<Path> libraries = list(kept.resolve("libs"));
            JavaForm form = form(state, kept);
            List<Path> classPath = new ArrayList<>(libraries);
            switch (form) {
                case JavaForm.ClassPath any -> {}
                case JavaForm.WebApp web -> classPath.addAll(web.server());
                case PackedApp app -> classPath.addAll(QuarkusRebuild.libraries(app.root()));
            }
            if (state.flag("preview") || !compile(compiler, state, sources, classes, classPath)) {
                return null;
            }
            copyTree(kept.resolve("resources"), classes);
            SourceCopy rebuilt = null;
            if (form instanceof PackedApp app) {
                rebuilt = quarkus.rebuild(app.root(), classes);
                if (rebuilt == null) {
                    return null;
                }
                form = new PackedApp(rebuilt.place(QuarkusRebuild.DIRECTORY), app.jar());
            }
            compiled = true;
            return new Output(copy, rebuilt, classes, libraries, form);
        } catch (NoSuchFileException e) {
            return null; // another build has just forgotten it
        } catch (IOException e) {
            throw ImageFailure.storage("cannot compile below " + work, e);
        } finally {
            if (!compiled) {
                copy.close();
            }
        }
    }

    private static boolean compile(
            JavaCompiler compiler, JsonDocument state, Path sources, Path classes, List<Path> libraries)
            throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(sources)) {
            files = all.filter(file -> file.toString().endsWith(".java")).toList();
        }
        long release = state.number("release", 0);
        if (files.isEmpty() || release <= 0) {
            return false;
        }
        List<String> options =
                new ArrayList<>(List.of("-proc:none", "-nowarn", "-encoding", "UTF-8", "-implicit:none"));
        options.add(state.flag("variables") ? "-g" : "-g:source,lines");
        if (state.flag("parameters")) {
            options.add("-parameters");
        }
        if (release != Runtime.version().feature()) {
            options.addAll(List.of("--release", String.valueOf(release)));
        }
        options.addAll(List.of(
                "-d",
                classes.toString(),
                "-cp",
                String.join(":", libraries.stream().map(Path::toString).toList())));
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            return compiler.getTask(
                            messages,
                            manager,
                            diagnostic -> {},
                            options,
                            null,
                            manager.getJavaFileObjectsFromPaths(files))
                    .call();
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    private static void delete(Path path) {
        try {
            FileTrees.delete(path);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot delete " + path, e);
        }
    }

    private record Output(
            SourceCopy copy, @Nullable SourceCopy rebuilt, Path classes, List<Path> libraries, JavaForm form)
            implements JavaOutput {
        @Override
        public void close() {
            copy.close();
            if (rebuilt != null) {
                rebuilt.close();
            }
        }
    }
}
