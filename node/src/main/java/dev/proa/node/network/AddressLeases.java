package dev.proa.node.network;

import dev.proa.node.network.PodNetwork.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Leases addresses of the node's range to sandboxes. Each lease is a small file, named by the address:
 *
 * <pre>
 *   sandbox 4f1c...
 *   port 8080 80 TCP 0.0.0.0
 * </pre>
 *
 * Files are created atomically, so a crash leaves at worst an unused lease. Addresses are assigned in turn, so that a
 * released one stays unused for as long as possible. Thread-safe.
 */
final class AddressLeases {
    /** An address in use. */
    record Lease(Inet4Address address, String sandboxId, List<HostPort> ports) {
        Lease {
            ports = List.copyOf(ports);
        }
    }

    /** The first address names the range, the second is the gateway's. */
    private static final long FIRST = 2;

    private final Path directory;
    private final Cidr range;
    private final Map<String, Lease> bySandbox = new TreeMap<>();
    private final Set<Long> used = new HashSet<>();
    private long next = FIRST;

    AddressLeases(Path directory, Cidr range) throws IOException {
        this.directory = directory;
        this.range = range;
        Files.createDirectories(directory);
        try (var files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Lease lease = read(file);
                if (lease == null) {
                    Files.deleteIfExists(file);
                } else {
                    bySandbox.put(lease.sandboxId, lease);
                    used.add(range.offset(lease.address));
                    next = Math.max(next, range.offset(lease.address) + 1);
                }
            }
        }
    }

    /** The lease of a sandbox, or null. */
    synchronized @Nullable Lease find(String sandboxId) {
        return bySandbox.get(sandboxId);
    }

    /** All leases. */
    synchronized Collection<Lease> all() {
        return List.copyOf(bySandbox.values());
    }

    /** Returns the lease of a sandbox, creating it if necessary. */
    synchronized Lease acquire(String sandboxId, List<HostPort> ports) {
        Lease known = bySandbox.get(sandboxId);
        if (known != null) {
            return known;
        }
        long offset = free();
        Lease lease = new Lease(range.at(offset), sandboxId, ports);
        write(lease);
        used.add(offset);
        bySandbox.put(sandboxId, lease);
        next = offset + 1;
        return lease;
    }

    /** Releases the address of a sandbox. Idempotent. */
    synchronized void release(String sandboxId) {
        Lease lease = bySandbox.remove(sandboxId);
        if (lease == null) {
            return;
        }
        used.remove(range.offset(lease.address));
        try {
            Files.deleteIfExists(file(lease));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long free() {
        // The last address is for broadcast.
        long end = range.size() - 1;
        for (long i = 0; i < end - FIRST; i++) {
            long offset = FIRST + Math.floorMod(next - FIRST + i, end - FIRST);
            if (!used.contains(offset)) {
                return offset;
            }
        }
        throw new IllegalStateException("All " + (end - FIRST) + " pod addresses of this node's range " + range
                + " are in use; delete pods, or give the node a larger range");
    }

    private void write(Lease lease) {
        StringBuilder text =
                new StringBuilder("sandbox ").append(lease.sandboxId).append('\n');
        for (HostPort port : lease.ports) {
            text.append("port %d %d %s %s%n"
                    .formatted(port.hostPort(), port.containerPort(), port.protocol(), port.hostAddress()));
        }
        Path file = file(lease);
        Path temporary = directory.resolve("." + file.getFileName());
        try {
            Files.writeString(temporary, text);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not record the address of a pod in " + directory, e);
        }
    }

    /** Null when the file is not a lease of this range. */
    private @Nullable Lease read(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (name.startsWith(".")) {
            return null;
        }
        Inet4Address address = Cidr.parseAddress(name);
        String sandboxId = null;
        List<HostPort> ports = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "sandbox" -> sandboxId = words[1];
                case "port" ->
                    ports.add(new HostPort(Integer.parseInt(words[1]), Integer.parseInt(words[2]), words[3], words[4]));
                default -> throw new IOException("Unknown line in " + file + ": " + line);
            }
        }
        return sandboxId == null || !range.contains(address) ? null : new Lease(address, sandboxId, ports);
    }

    private Path file(Lease lease) {
        return directory.resolve(lease.address.getHostAddress());
    }
}
