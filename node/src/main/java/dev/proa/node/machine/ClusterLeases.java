package dev.proa.node.machine;

import dev.proa.node.linux.Sockets;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Assigns numbers to the clusters in one network namespace of a machine, whoever owns them and wherever their data
 * lies: a small file each, named by the namespace and the number.
 *
 * <pre>
 *   /run/proa/clusters/BOOT.COOKIE.0:    /var/lib/proa/clusters/web/network
 * </pre>
 *
 * A cluster keeps its number while it has containers, whether its process runs or not. A lease whose directory is gone
 * is free. Leases from before a reboot are deleted.
 */
final class ClusterLeases {
    /** The largest number of clusters in one network namespace. */
    static final int MAXIMUM = 250;

    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path directory;
    private final String boot;
    private final String prefix;

    /** The leases of the calling thread's network namespace. */
    ClusterLeases(Path machineDirectory) throws IOException {
        directory = Files.createDirectories(machineDirectory.resolve("clusters"));
        boot = Files.readString(BOOT).strip() + ".";
        prefix = boot + Sockets.networkCookie() + ".";
    }

    /**
     * Returns the number of a cluster: the one it has, else the one it had before if that is free, else the lowest free
     * one.
     *
     * @param cluster a directory of the cluster's
     * @param before the number it had, or -1
     * @param suitable whether a free number may be used
     */
    int acquire(Path cluster, int before, IntPredicate suitable) throws IOException {
        return MachineLock.hold(directory, () -> {
            TreeMap<Integer, Path> taken = taken();
            Path own = cluster.toAbsolutePath();
            for (var entry : taken.entrySet()) {
                if (entry.getValue().equals(own)) {
                    return entry.getKey();
                }
            }
            taken.values().removeIf(other -> !Files.isDirectory(other));
            if (before >= 0 && before < MAXIMUM && !taken.containsKey(before) && suitable.test(before)) {
                return write(before, own);
            }
            for (int number = 0; number < MAXIMUM; number++) {
                if (!taken.containsKey(number) && suitable.test(number)) {
                    return write(number, own);
                }
            }
            throw new IOException("All addresses for clusters of this machine are taken; end one of them:\n  "
                    + String.join(
                            "\n  ", taken.values().stream().map(Path::toString).toList()));
        });
    }

    /** The directory of the cluster that has a number; null for none. */
    @Nullable
    Path holder(int number) throws IOException {
        return read(file(number));
    }

    /** Releases a cluster's number. Idempotent. */
    void release(Path cluster) throws IOException {
        MachineLock.hold(directory, () -> {
            Path own = cluster.toAbsolutePath();
            for (var entry : taken().entrySet()) {
                if (entry.getValue().equals(own)) {
                    Files.deleteIfExists(file(entry.getKey()));
                }
            }
            return 0;
        });
    }

    private TreeMap<Integer, Path> taken() throws IOException {
        TreeMap<Integer, Path> taken = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.*.*")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (!name.startsWith(boot)) {
                    Files.deleteIfExists(file);
                    continue;
                }
                Path holder = read(file);
                if (holder != null && name.startsWith(prefix)) {
                    taken.put(Integer.parseInt(name.substring(prefix.length())), holder);
                } else if (holder != null && !Files.isDirectory(holder)) {
                    Files.deleteIfExists(file); // of another namespace, which is likely to be gone too
                }
            }
        }
        return taken;
    }

    private static @Nullable Path read(Path file) throws IOException {
        try {
            return Path.of(Files.readString(file).strip());
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private int write(int number, Path cluster) throws IOException {
        Path fresh = directory.resolve("new");
        Files.write(fresh, List.of(cluster.toString()));
        Files.move(fresh, file(number), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return number;
    }

    private Path file(int number) {
        return directory.resolve(prefix + number);
    }
}
