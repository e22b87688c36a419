package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lists the clusters of a {@link Home}, and those of other homes that have addresses in the same network namespace,
 * from the files that their servers wrote. No server is contacted.
 */
final class ClusterList {
    private static final String LEASES = "/run/proa/clusters";
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    private ClusterList() {}

    /**
     * @param server null when it is not running
     * @param status the STATUS column
     */
    private record Entry(ClusterHome home, ClusterHome.@Nullable Running server, String status) {
        static Entry of(ClusterHome home) {
            try {
                ClusterHome.Running server = home.running();
                return new Entry(home, server, server == null ? "Stopped" : "Running");
            } catch (Failure e) {
                return new Entry(home, null, "Damaged"); // which proa status explains
            }
        }

        String age(Instant now) {
            return server == null ? "-" : ClusterList.age(Duration.between(server.started(), now));
        }

        MapValue json() {
            MapValue value = MapValue.of(
                    "name",
                    home.name(),
                    "running",
                    server != null,
                    "directory",
                    home.directory().toString());
            return server == null
                    ? value
                    : value.with("url", server.url())
                            .with("pid", server.pid())
                            .with("nodes", (long) server.nodes())
                            .with("runtime", server.runtime())
                            .with("started", server.started().toString());
        }
    }

    private static List<Entry> of(Home home) {
        List<Entry> entries = new ArrayList<>();
        try {
            if (Files.isDirectory(home.clusters())) {
                try (DirectoryStream<Path> all = Files.newDirectoryStream(home.clusters(), Files::isDirectory)) {
                    for (Path directory : all) {
                        add(directory, entries);
                    }
                }
            }
            entries.sort(Comparator.comparing(entry -> entry.home().name()));
            for (Path directory : onMachine(Path.of(System.getProperty("proa.leases", LEASES)))) {
                if (!home.clusters().toAbsolutePath().equals(directory.getParent())) {
                    add(directory, entries);
                    ClusterHome.Running server = entries.getLast().server();
                    if (server == null || !network(String.valueOf(server.pid())).equals(network("self"))) {
                        entries.removeLast();
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    private static void add(Path directory, List<Entry> entries) {
        entries.add(Entry.of(new ClusterHome(String.valueOf(directory.getFileName()), directory)));
    }

    /** The network namespace of a process; a unique name when this user may not read it. */
    private static String network(String pid) throws IOException {
        try {
            return Files.readSymbolicLink(Path.of("/proc", pid, "ns/net")).toString();
        } catch (NoSuchFileException | AccessDeniedException e) {
            return "unknown " + pid;
        }
    }

    /**
     * The directories of the clusters that have addresses on this machine, each recorded in a file {@code
     * BOOT.NAMESPACE.NUMBER} with the path of the cluster's network directory.
     */
    static List<Path> onMachine(Path leases) throws IOException {
        List<Path> directories = new ArrayList<>();
        if (!Files.isDirectory(leases)) {
            return directories;
        }
        String boot = Files.readString(BOOT).strip();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(leases, boot + ".*.*")) {
            for (Path file : files) {
                Path directory = Path.of(Files.readString(file).strip()).getParent();
                // This user may not read the directories of others.
                if (directory != null && Files.isReadable(directory)) {
                    directories.add(directory);
                }
            }
        }
        directories.sort(Comparator.naturalOrder());
        return directories;
    }

    /** Names other clusters that run on this machine, for the error about one that does not run; empty for none. */
    static String othersThan(ClusterHome missing, Home home) {
        List<String> running = of(home).stream()
                .filter(entry -> entry.server() != null && !entry.home().equals(missing))
                .map(entry -> {
                    Path directory = entry.home().directory();
                    boolean own = home.clusters().equals(directory.getParent());
                    return entry.home().name() + (own ? "" : " (in " + directory + ")");
                })
                .toList();
        return running.isEmpty() ? "" : "Running: " + String.join(", ", running) + "; see: proa list";
    }

    /** Prints a line for each cluster, or one JSON object. */
    static int print(Home home, boolean json, PrintWriter out) {
        List<Entry> entries = of(home);
        if (json) {
            out.println(Json.toString(MapValue.of(
                    "clusters",
                    ListValue.copyOf(entries.stream().map(Entry::json).toList()))));
        } else if (entries.isEmpty()) {
            out.println("There is no cluster in " + home.directory() + "; start one with: proa up");
        } else {
            Table table = new Table("NAME", "STATUS", "NODES", "RUNTIME", "AGE", "SERVER", "DATA");
            Instant now = Instant.now();
            for (Entry entry : entries) {
                ClusterHome.Running server = entry.server();
                table.row(
                        entry.home().name(),
                        entry.status(),
                        server == null ? "-" : String.valueOf(server.nodes()),
                        server == null ? "-" : server.runtime(),
                        entry.age(now),
                        server == null ? "-" : server.url(),
                        entry.home().directory().toString());
            }
            table.lines("").forEach(out::println);
        }
        return Exit.OK;
    }

    /** Formats an age as kubectl does, with a second unit only where it matters. */
    static String age(Duration age) {
        long seconds = Math.max(0, age.toSeconds());
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        if (seconds < 120) {
            return seconds + "s";
        }
        if (minutes < 10) {
            return minutes + "m" + rest(seconds % 60, "s");
        }
        if (minutes < 180) {
            return minutes + "m";
        }
        if (hours < 8) {
            return hours + "h" + rest(minutes % 60, "m");
        }
        if (hours < 48) {
            return hours + "h";
        }
        return days < 8 ? days + "d" + rest(hours % 24, "h") : days + "d";
    }

    private static String rest(long amount, String unit) {
        return amount == 0 ? "" : amount + unit;
    }
}
