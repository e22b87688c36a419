package dev.proa.image.elf;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds everything that programs need to start: the dynamic loader and all libraries, transitively. Searches where the
 * loaders of glibc and musl do: the search path in the file, the directories of {@code /etc/ld.so.conf}, the usual
 * ones. For one thread.
 */
public final class LibraryClosure {
    /** glibc before 2.34 loads these when a host name is looked up, without saying so in a header. */
    private static final List<String> NAME_SERVICE = List.of("libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2");

    private static final Map<Integer, String> TRIPLETS = Map.of(
            0x3e, "x86_64-linux-gnu",
            0xb7, "aarch64-linux-gnu",
            0xf3, "riscv64-linux-gnu",
            0x15, "powerpc64le-linux-gnu",
            0x16, "s390x-linux-gnu");

    private final List<Path> configured;
    private final Map<Path, Optional<ElfFile>> read = new HashMap<>();
    private final TreeSet<Path> found = new TreeSet<>();
    private final Set<Path> outsideDefaults = new TreeSet<>();
    private final Map<String, Path> missing = new TreeMap<>();

    private LibraryClosure(List<Path> configured) {
        this.configured = configured;
    }

    /**
     * What the programs need.
     *
     * @param files loader and libraries by the path they were found at, which may lead through symbolic links
     * @param outsideDefaults those of {@code files} that a loader finds only with this machine's configuration
     * @param missing names of libraries that are not on this machine, with a file that asks for each
     */
    public record Result(Set<Path> files, Set<Path> outsideDefaults, Map<String, Path> missing) {
        public Result {
            files = Collections.unmodifiableSet(new TreeSet<>(files));
            outsideDefaults = Collections.unmodifiableSet(new TreeSet<>(outsideDefaults));
            missing = Collections.unmodifiableMap(new TreeMap<>(missing));
        }

        /**
         * Returns this result if no library is missing.
         *
         * @throws ImageFailure when a library is not on this machine
         */
        public Result requireComplete() {
            missing.forEach((name, user) -> {
                throw ImageFailure.notFound(
                        "cannot find the library " + name + " that " + user + " needs; install the package it is in");
            });
            return this;
        }
    }

    /**
     * Finds what the given programs and libraries need; they themselves are not in the result. Files that are not ELF (scripts,
     * say) need nothing.
     */
    public static Result of(Collection<Path> programs) {
        LibraryClosure closure = new LibraryClosure(configuredDirectories(Path.of("/etc/ld.so.conf")));
        Deque<Path> rest = new ArrayDeque<>(programs);
        Set<Path> given = new LinkedHashSet<>(programs);
        while (!rest.isEmpty()) {
            for (Path needed : closure.needs(rest.pop())) {
                if (!given.contains(needed) && closure.found.add(needed)) {
                    rest.push(needed);
                }
            }
        }
        closure.addNameService();
        return new Result(closure.found, closure.outsideDefaults, closure.missing);
    }

    private List<Path> needs(Path file) {
        Optional<ElfFile> elf = elf(file);
        if (elf.isEmpty()) {
            return List.of();
        }
        List<Path> needs = new ArrayList<>();
        String interpreter = elf.get().interpreter();
        if (interpreter != null) {
            needs.add(Path.of(interpreter));
        }
        for (String name : elf.get().needed()) {
            Path library = locate(name, file, elf.get());
            if (library == null) {
                missing.putIfAbsent(name, file);
            } else {
                needs.add(library);
            }
        }
        return needs;
    }

    private @Nullable Path locate(String name, Path user, ElfFile elf) {
        if (name.indexOf('/') >= 0) {
            return Path.of(name);
        }
        for (String directory : elf.searchPath()) {
            Path candidate = candidate(Path.of(expand(directory, user)), name, elf.machine());
            if (candidate != null) {
                return candidate;
            }
        }
        for (Path directory : defaults(elf.machine())) {
            Path candidate = candidate(directory, name, elf.machine());
            if (candidate != null) {
                return candidate;
            }
        }
        for (Path directory : configured) {
            Path candidate = candidate(directory, name, elf.machine());
            if (candidate != null) {
                outsideDefaults.add(candidate);
                return candidate;
            }
        }
        return besideKnown(name, elf.machine());
    }

    /**
     * A library that is loaded already satisfies a dependency wherever it came from, as {@code libjvm.so} does for the
     * others of its runtime.
     */
    private @Nullable Path besideKnown(String name, int machine) {
        Set<Path> directories = new LinkedHashSet<>();
        read.keySet().forEach(file -> directories.add(file.resolveSibling("")));
        for (Path directory : directories) {
            for (Path place : List.of(directory, directory.resolve("server"))) {
                Path candidate = candidate(place, name, machine);
                if (candidate != null) {
                    return candidate;
                }
            }
        }
        return null;
    }

    private @Nullable Path candidate(Path directory, String name, int machine) {
        Path path = directory.resolve(name).normalize();
        if (!Files.isRegularFile(path)) {
            return null;
        }
        return elf(path).filter(elf -> elf.machine() == machine).isPresent() ? path : null;
    }

    private static String expand(String directory, Path user) {
        Path origin = user;
        try {
            origin = user.toRealPath();
        } catch (IOException e) {
            // A program that vanished has no libraries; reading it will report that.
        }
        String place = String.valueOf(origin.getParent());
        return directory
                .replace("${ORIGIN}", place)
                .replace("$ORIGIN", place)
                .replace("${LIB}", "lib")
                .replace("$LIB", "lib");
    }

    /** The directories that the loader of this machine's processor searches by default and that exist. */
    public static List<Path> defaults() {
        return TRIPLETS.keySet().stream()
                .filter(machine -> Files.isDirectory(Path.of("/usr/lib", TRIPLETS.getOrDefault(machine, ""))))
                .findFirst()
                .map(LibraryClosure::defaults)
                .orElseGet(() -> defaults(0))
                .stream()
                .filter(Files::isDirectory)
                .toList();
    }

    private static List<Path> defaults(int machine) {
        List<Path> directories = new ArrayList<>();
        String triplet = TRIPLETS.get(machine);
        if (triplet != null) {
            directories.add(Path.of("/lib", triplet));
            directories.add(Path.of("/usr/lib", triplet));
        }
        for (String directory : List.of("/lib64", "/usr/lib64", "/lib", "/usr/lib")) {
            directories.add(Path.of(directory));
        }
        return directories;
    }

    private void addNameService() {
        for (Path library : List.copyOf(found)) {
            if (library.getFileName().toString().equals("libc.so.6")) {
                for (String name : NAME_SERVICE) {
                    Path beside = library.resolveSibling(name);
                    if (Files.isRegularFile(beside)) {
                        found.add(beside);
                    }
                }
            }
        }
    }

    private Optional<ElfFile> elf(Path file) {
        return read.computeIfAbsent(file, ElfFile::read);
    }

    /** The directories of a loader's configuration and of the files it includes. */
    static List<Path> configuredDirectories(Path file) {
        List<Path> directories = new ArrayList<>();
        try {
            if (!Files.isReadable(file)) {
                return directories;
            }
            for (String raw : Files.readAllLines(file)) {
                int comment = raw.indexOf('#');
                String line = (comment < 0 ? raw : raw.substring(0, comment)).strip();
                if (line.startsWith("include ")) {
                    for (Path included :
                            matching(file, line.substring("include ".length()).strip())) {
                        directories.addAll(configuredDirectories(included));
                    }
                } else if (line.startsWith("/")) {
                    directories.add(Path.of(line));
                }
            }
            return directories;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + file, e);
        }
    }

    private static List<Path> matching(Path from, String pattern) throws IOException {
        Path path = from.resolveSibling(pattern);
        Path directory = path.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            return List.of();
        }
        List<Path> matches = new ArrayList<>();
        try (DirectoryStream<Path> stream =
                Files.newDirectoryStream(directory, path.getFileName().toString())) {
            stream.forEach(matches::add);
        }
        Collections.sort(matches);
        return matches;
    }
}
