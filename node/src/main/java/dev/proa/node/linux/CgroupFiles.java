package dev.proa.node.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Reads and writes cgroup files, for both versions. */
final class CgroupFiles {
    private static final long LARGEST_PAGE = 64 << 10;
    /** Cgroup v1 reports no limit as the largest number of whole pages. */
    private static final long NO_LIMIT = Long.MAX_VALUE - LARGEST_PAGE;

    private static final Duration REMOVAL_TIMEOUT = Duration.ofSeconds(5);

    private CgroupFiles() {}

    static void write(Path file, String value) throws IOException {
        try {
            Files.writeString(file, value, StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("cannot write \"" + value + "\" to " + file + ": " + e.getMessage(), e);
        }
    }

    static long number(Path file) throws IOException {
        try {
            return Long.parseLong(Files.readString(file).strip());
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /**
     * Undoes the kernel's rounding of a memory limit to whole pages.
     *
     * @param kept what the kernel reports; its largest number is no limit
     * @return {@code told} if it rounds to {@code kept}; 0 for no limit
     */
    static long wholePages(long kept, long told) {
        boolean same = told > 0 && kept <= told && told - kept < LARGEST_PAGE;
        return same ? told : kept >= NO_LIMIT ? 0 : kept;
    }

    /** The numbers in a file of lines {@code key number}, by their keys; none when there is no such file. */
    static Map<String, Long> numbers(Path file) throws IOException {
        Map<String, Long> numbers = new HashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                int space = line.indexOf(' ');
                if (space > 0) {
                    numbers.put(
                            line.substring(0, space),
                            Long.parseLong(line.substring(space + 1).strip()));
                }
            }
        } catch (NoSuchFileException e) {
            return Map.of();
        }
        return numbers;
    }

    /** The number after {@code key} in a file of lines {@code key number}. */
    static long number(Path file, String key) throws IOException {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(key + " ")) {
                    return Long.parseLong(line.substring(key.length() + 1).strip());
                }
            }
            return 0;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    static List<Long> members(Path directory) throws IOException {
        try {
            return Files.readAllLines(directory.resolve("cgroup.procs")).stream()
                    .map(Long::parseLong)
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /** The group's directory and those below, deepest first. */
    static List<Path> tree(Path directory) throws IOException {
        List<Path> all = new ArrayList<>();
        collect(directory, all);
        return all;
    }

    private static void collect(Path directory, List<Path> into) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path child : children) {
                collect(child, into);
            }
        } catch (NoSuchFileException e) {
            return;
        }
        into.add(directory);
    }

    static void killMembers(Path directory) throws IOException {
        for (Path group : tree(directory)) {
            for (long pid : members(group)) {
                Processes.signal(pid, Processes.SIGKILL);
            }
        }
    }

    /** A process that has just ended counts as a member for a moment longer. */
    static void remove(Path directory) throws IOException {
        long deadline = System.nanoTime() + REMOVAL_TIMEOUT.toNanos();
        for (Path group : tree(directory)) {
            while (true) {
                try {
                    Files.deleteIfExists(group);
                    break;
                } catch (IOException e) {
                    if (System.nanoTime() > deadline) {
                        throw e;
                    }
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }
    }
}
