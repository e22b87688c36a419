package dev.proa.node.machine;

import dev.proa.node.linux.Descriptors;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.Sockets;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Enables IP forwarding on the machine while it has clusters. The previous kernel settings are saved before they are
 * changed, in a file per network namespace, with the clusters that need the change:
 *
 * <pre>
 *   was ip_forward 0
 *   was conf/all/accept_redirects 1
 *   cluster proa0 /var/lib/proa/clusters/web/network
 * </pre>
 *
 * The last cluster to leave restores the settings, even after crashes. A cluster whose directory is gone counts as
 * having left. Files from before a reboot are deleted.
 */
final class IpForwarding implements AutoCloseable {
    private static final Path SETTINGS = Path.of("/proc/sys/net/ipv4");
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    private static final String FORWARD = "ip_forward";
    /** The kernel resets it to the opposite of {@link #FORWARD} whenever that changes. */
    private static final String REDIRECTS = "conf/all/accept_redirects";

    private final Path directory;
    private final String cluster;
    private final Path state;
    private final int namespace;
    private final Path file;
    private final boolean before;

    private IpForwarding(Path directory, String cluster, Path state) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.cluster = cluster;
        this.state = state.toAbsolutePath();
        this.namespace = Descriptors.open(Path.of("/proc/thread-self/ns/net"), Descriptors.O_RDONLY);
        try {
            String boot = Files.readString(BOOT).strip();
            this.file = directory.resolve(boot + "." + Sockets.networkCookie());
            deleteOthersThan(boot);
            this.before = MachineLock.hold(directory, this::join);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Records that a cluster needs forwarding in the calling thread's network namespace.
     *
     * @param directory for all clusters of the machine
     * @param cluster different for different clusters in one network namespace
     * @param state a directory of the cluster's that exists until the cluster has left
     */
    static IpForwarding open(Path directory, String cluster, Path state) throws IOException {
        return new IpForwarding(directory, cluster, state);
    }

    /** Whether the machine forwarded packets before it had clusters. */
    boolean before() {
        return before;
    }

    /** Enables forwarding. Call it once the rules that restrict it are in place. */
    void turnOn() throws IOException {
        inside(() -> {
            if (!read(FORWARD).equals("1")) {
                write(FORWARD, "1");
            }
            return true;
        });
    }

    /** Records that the cluster has left. Idempotent. */
    void leave() throws IOException {
        MachineLock.hold(directory, () -> {
            Record record = Record.read(file);
            if (record != null) {
                record.clusters.remove(cluster);
                record.clusters.values().removeIf(path -> !Files.isDirectory(path));
                if (record.clusters.isEmpty()) {
                    inside(() -> putBack(record.was));
                    Files.deleteIfExists(file);
                } else {
                    record.write(file);
                }
            }
            return true;
        });
    }

    /** Closes a descriptor. Forwarding stays enabled. */
    @Override
    public void close() {
        Descriptors.close(namespace);
    }

    private boolean join() throws IOException {
        Record known = Record.read(file);
        Record record = known == null ? new Record(current(), new TreeMap<>()) : known;
        record.clusters.put(cluster, state);
        record.write(file);
        return "1".equals(record.was.get(FORWARD));
    }

    /** Switching forwarding overwrites the setting of each link, so those that differ are saved too. */
    private static Map<String, String> current() throws IOException {
        Map<String, String> settings = new LinkedHashMap<>();
        String forward = read(FORWARD);
        settings.put(FORWARD, forward);
        settings.put(REDIRECTS, read(REDIRECTS));
        try (DirectoryStream<Path> links = Files.newDirectoryStream(SETTINGS.resolve("conf"))) {
            for (Path link : links) {
                String name = "conf/" + link.getFileName() + "/forwarding";
                if (!read(name).equals(forward)) {
                    settings.put(name, read(name));
                }
            }
        }
        return settings;
    }

    private static boolean putBack(Map<String, String> was) throws IOException {
        for (Map.Entry<String, String> setting : was.entrySet()) {
            // A link may have gone meanwhile.
            if (Files.exists(SETTINGS.resolve(setting.getKey()))
                    && !read(setting.getKey()).equals(setting.getValue())) {
                write(setting.getKey(), setting.getValue());
            }
        }
        return true;
    }

    private static String read(String setting) throws IOException {
        return Files.readString(SETTINGS.resolve(setting)).strip();
    }

    private static void write(String setting, String value) throws IOException {
        Files.writeString(SETTINGS.resolve(setting), value);
    }

    /** Settings belong to the network namespace of the thread that opens their files. */
    private void inside(Callable<Boolean> action) throws IOException {
        Namespaces.callIn(Path.of("/proc/self/fd/" + namespace), action);
    }

    private void deleteOthersThan(String boot) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.*")) {
            for (Path other : files) {
                if (!other.getFileName().toString().startsWith(boot + ".")) {
                    Files.deleteIfExists(other);
                }
            }
        }
    }

    /** The contents of a file. */
    private record Record(Map<String, String> was, Map<String, Path> clusters) {
        static @Nullable Record read(Path file) throws IOException {
            if (!Files.exists(file)) {
                return null;
            }
            Record record = new Record(new LinkedHashMap<>(), new TreeMap<>());
            for (String line : Files.readAllLines(file)) {
                String[] words = line.split(" ", 3);
                switch (words[0]) {
                    case "was" -> record.was.put(words[1], words[2]);
                    case "cluster" -> record.clusters.put(words[1], Path.of(words[2]));
                    default -> throw new IOException("Unknown line in " + file + ": " + line);
                }
            }
            return record;
        }

        void write(Path file) throws IOException {
            List<String> lines = new ArrayList<>();
            was.forEach((setting, value) -> lines.add("was " + setting + " " + value));
            clusters.forEach((cluster, path) -> lines.add("cluster " + cluster + " " + path));
            Path temporary = file.resolveSibling("new");
            Files.write(temporary, lines);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
