package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The clusters of a {@link Home}, as their servers announced themselves. No server is asked. */
final class ClusterList {
    private ClusterList() {}

    /**
     * @param server null when it does not run
     * @param status in a word
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
            MapValue value = MapValue.of("name", home.name(), "running", server != null);
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
        if (!Files.isDirectory(home.clusters())) {
            return entries;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(home.clusters(), Files::isDirectory)) {
            for (Path directory : all) {
                entries.add(Entry.of(new ClusterHome(String.valueOf(directory.getFileName()), directory)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        entries.sort(Comparator.comparing(entry -> entry.home().name()));
        return entries;
    }

    /** The names of those that run. */
    static List<String> running(Home home) {
        return of(home).stream()
                .filter(entry -> entry.server() != null)
                .map(entry -> entry.home().name())
                .toList();
    }

    /** Prints a line for each, or one object for a program. */
    static int print(Home home, boolean json, PrintWriter out) {
        List<Entry> entries = of(home);
        if (json) {
            out.println(Json.toString(MapValue.of(
                    "clusters",
                    ListValue.copyOf(entries.stream().map(Entry::json).toList()))));
        } else if (entries.isEmpty()) {
            out.println("There is no cluster in " + home.directory() + "; start one with: proa up");
        } else {
            Table table = new Table("NAME", "STATUS", "NODES", "RUNTIME", "AGE", "SERVER");
            Instant now = Instant.now();
            for (Entry entry : entries) {
                ClusterHome.Running server = entry.server();
                table.row(
                        entry.home().name(),
                        entry.status(),
                        server == null ? "-" : String.valueOf(server.nodes()),
                        server == null ? "-" : server.runtime(),
                        entry.age(now),
                        server == null ? "-" : server.url());
            }
            table.lines("").forEach(out::println);
        }
        return Exit.OK;
    }

    /** As kubectl shows the ages of objects: a second unit only while it tells something. */
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
