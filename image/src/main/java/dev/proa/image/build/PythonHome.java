package dev.proa.image.build;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.JsonDocument;
import dev.proa.image.elf.LibraryClosure;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.source.SourceCopy;
import dev.proa.image.source.SourceFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A Python of this machine, asked where it is: one of the distribution, of pyenv, or any other.
 *
 * @param executable the interpreter, without links
 * @param library the directory of its standard library
 * @param extensions the directory of the standard library's native modules
 * @param shared the directory of {@code libpython}
 */
record PythonHome(Path executable, String version, Path library, Path extensions, Path shared) {
    /** Where it is in images. An interpreter finds its library beside itself, wherever it was moved. */
    static final String IN_IMAGE = "/opt/python";

    /** Parts that servers do not use: tests, the editor, the windows, the installer. */
    private static final Set<String> UNUSED = Set.of(
            "test",
            "tests",
            "idlelib",
            "tkinter",
            "turtledemo",
            "turtle.py",
            "ensurepip",
            "lib2to3",
            "site-packages",
            "dist-packages",
            "__pycache__",
            "config",
            "venv");

    private static final String ASK = """
            import json, os, sys, sysconfig
            print(json.dumps({
              "executable": os.path.realpath(sys.executable),
              "version": sys.version.split()[0],
              "library": sysconfig.get_path("stdlib", vars={"base": sys.base_prefix, "installed_base": sys.base_prefix}),
              "extensions": sysconfig.get_config_var("DESTSHARED") or "",
              "shared": sysconfig.get_config_var("LIBDIR") or ""}))
            """;

    /**
     * Asks an interpreter.
     *
     * @throws ImageFailure when it does not answer
     */
    static PythonHome of(Path program) {
        Command.Outcome outcome = Command.run(List.of(program.toString(), "-I", "-c", ASK), Path.of("/"), Map.of());
        if (outcome.exitCode() != 0) {
            throw ImageFailure.notFound(program + " does not work: " + Command.lastLines(outcome.output()));
        }
        return read(JsonDocument.parse(outcome.output().getBytes(StandardCharsets.UTF_8), "what " + program + " says"));
    }

    /** As {@link #json} wrote it. */
    static PythonHome read(JsonDocument json) {
        return new PythonHome(
                Path.of(json.required("executable")),
                json.required("version"),
                Path.of(json.required("library")),
                Path.of(json.string("extensions", "")),
                Path.of(json.string("shared", "")));
    }

    Map<String, String> json() {
        return Map.of(
                "executable", executable.toString(),
                "version", version,
                "library", library.toString(),
                "extensions", extensions.toString(),
                "shared", shared.toString());
    }

    String identity() {
        return executable + " " + version + " " + HostLayers.stamp(executable);
    }

    /** The name of the standard library's directory, such as {@code python3.13}. */
    private String directory() {
        return String.valueOf(library.getFileName());
    }

    /**
     * A layer of it.
     *
     * @param work directory for a copy, whose modules are compiled: in an image nobody could write what was compiled
     */
    HostLayers.Made layer(Path work, Function<LayerContent, Image.Layer> writer) {
        LayerContent layer = new LayerContent();
        String inImage = IN_IMAGE + "/lib/" + directory();
        try (SourceCopy copy = SourceCopy.in(work);
                SourceFolder source = SourceFolder.open(library)) {
            Path modules = copy.add(source, "", path -> !isUnused(path), SourceCopy.Links.FILES);
            compile(executable, modules, inImage);
            layer.tree(inImage, modules);
            Set<Path> code = new TreeSet<>(List.of(executable));
            if (!extensions.startsWith(library) && Files.isDirectory(extensions)) {
                layer.tree(inImage + "/lib-dynload", extensions, path -> !isUnused(path));
            }
            code.addAll(shared(extensions));
            code.addAll(NativeLibraries.usual());
            LibraryClosure.Result libraries = LibraryClosure.of(code);
            addLibraries(layer, libraries);
            NativeLibraries.usual().forEach(file -> HostFiles.add(layer, file));
            layer.file(IN_IMAGE + "/bin/python3", executable, 0755);
            layer.link(IN_IMAGE + "/bin/python", "python3");
            Set<Path> sources = new TreeSet<>(libraries.files());
            sources.add(executable);
            sources.add(library.resolve("os.py"));
            return new HostLayers.Made(List.of(writer.apply(layer)), sources);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot copy the Python in " + library, e);
        }
    }

    /** Libraries of Python's own go where the image's user can read them, the others stay where they are. */
    private void addLibraries(LayerContent layer, LibraryClosure.Result libraries) {
        HostFiles.addLibraries(layer, libraries, isOwn() ? shared : Path.of("/nowhere"));
        if (!isOwn()) {
            return;
        }
        for (Path file : libraries.files()) {
            if (file.startsWith(shared)) {
                layer.file(IN_IMAGE + "/lib/" + file.getFileName(), file, 0644);
                HostFiles.alias(
                        layer, libraries, file.getFileName().toString(), IN_IMAGE + "/lib/" + file.getFileName());
            }
        }
    }

    /** Whether its directory of libraries holds nothing else, unlike a distribution's. */
    private boolean isOwn() {
        return !shared.toString().isEmpty() && !shared.startsWith("/usr/lib") && !shared.startsWith("/lib");
    }

    private static boolean isUnused(Path path) {
        String name = path.getFileName().toString();
        return UNUSED.contains(name) || name.startsWith("config-") || name.endsWith(".a");
    }

    private static List<Path> shared(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".so")).toList();
        }
    }

    /**
     * Compiles modules so that the result stays valid whatever time the files have in an image (PEP 552).
     *
     * @param inImage where the modules will be, for messages of errors
     */
    static void compile(Path python, Path modules, String inImage) {
        Command.Outcome outcome = Command.run(
                List.of(
                        python.toString(),
                        "-I",
                        "-m",
                        "compileall",
                        "-q",
                        "-j",
                        "0",
                        "--invalidation-mode",
                        "unchecked-hash",
                        "-s",
                        modules.toString(),
                        "-p",
                        inImage,
                        modules.toString()),
                modules,
                Map.of());
        // Some packages have files for other versions, which do not compile; the others are compiled all the same.
        if (outcome.exitCode() != 0 && outcome.exitCode() != 1) {
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED,
                    "compiling Python modules failed: " + Command.lastLines(outcome.output()));
        }
    }
}
