package dev.proa.cli;

import dev.proa.api.value.MapValue;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A process of Proa, and what its results depend on besides its arguments. Where two processes are {@link #like like} each other, one
 * can look at folders and programs for the other.
 *
 * @param program the files that it runs, with what tells a rebuilt one from the one before
 * @param machine the kernel's namespaces and the root directory, which say what a path and an address mean
 * @param home the directory of its data
 * @param directory in which relative paths begin
 * @param environment its variables
 */
record Caller(String program, String machine, String home, String directory, Map<String, String> environment) {
    /** The variables that are read where folders are looked at; all others only matter to builds, which are not done for others. */
    private static final Set<String> READ = Set.of(
            "PATH", "JAVA_HOME", "LANG", "SOURCE_DATE_EPOCH", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    Caller {
        environment = Map.copyOf(environment);
    }

    /**
     * This process.
     *
     * @throws IOException when the machine does not tell
     */
    static Caller self(Map<String, String> environment) throws IOException {
        return new Caller(
                runs(),
                sees(),
                Home.of(environment).directory().toString(),
                Path.of("").toAbsolutePath().toString(),
                environment);
    }

    private static String runs() throws IOException {
        StringBuilder all = new StringBuilder(System.getProperty("java.home"));
        for (String file : System.getProperty("java.class.path").split(File.pathSeparator)) {
            all.append('\n').append(file).append(stamp(Path.of(file)));
        }
        return all.toString();
    }

    static String stamp(Path file) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return " " + attributes.size() + " " + attributes.lastModifiedTime() + " " + attributes.fileKey();
        } catch (NoSuchFileException e) {
            return ""; // Java passes over it too
        }
    }

    private static String sees() throws IOException {
        Path namespaces = Path.of("/proc/self/ns");
        String root = String.valueOf(
                Files.readAttributes(Path.of("/"), BasicFileAttributes.class).fileKey());
        return Files.isDirectory(namespaces)
                ? root + " " + Files.readSymbolicLink(namespaces.resolve("mnt")) + " "
                        + Files.readSymbolicLink(namespaces.resolve("net"))
                : root;
    }

    /** Whether both find the same at the same path and address, with the same program. */
    boolean like(Caller other) {
        return program.equals(other.program)
                && machine.equals(other.machine)
                && home.equals(other.home)
                && read(environment).equals(read(other.environment));
    }

    private static Map<String, String> read(Map<String, String> environment) {
        Map<String, String> read = new TreeMap<>(environment);
        read.keySet().removeIf(name -> !READ.contains(name) && !name.startsWith("LC_"));
        read.computeIfPresent("PATH", (name, path) -> withoutRepetition(path));
        return read;
    }

    /** Shells in shells add the same folders again, where programs have been looked for already. */
    private static String withoutRepetition(String path) {
        return String.join(":", new LinkedHashSet<>(List.of(path.split(":"))));
    }

    MapValue json() {
        MapValue.Builder variables = MapValue.builder(environment.size());
        environment.forEach(variables::put);
        return MapValue.builder(5)
                .put("program", program)
                .put("machine", machine)
                .put("home", home)
                .put("directory", directory)
                .put("environment", variables.build())
                .build();
    }

    static Caller of(MapValue json) {
        Map<String, String> environment = new TreeMap<>();
        for (var variable : json.map("environment")) {
            environment.put(variable.getKey(), String.valueOf(variable.getValue()));
        }
        return new Caller(
                json.string("program"),
                json.string("machine"),
                json.string("home"),
                json.string("directory"),
                environment);
    }
}
