package dev.proa.node.machine;

import dev.proa.node.network.Cidr;
import dev.proa.node.network.PodNetwork.Port;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes ports of a cluster's nodes on the machine's own addresses: node ports of services and host ports of pods. A
 * port that a program of the machine listens on stays that program's, and no program gets a published one ({@link
 * HeldPorts}). Published ports are saved in a file, a line each, so that they stay published when the process restarts
 * and does not know services yet; except those that a program has taken meanwhile:
 *
 * <pre>
 *   TCP 30080 10.90.0.2 30080 node ports
 * </pre>
 *
 * Thread-safe.
 */
public final class PublishedPorts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PublishedPorts.class);

    private final Path file;
    private final HeldPorts held;
    private final BiConsumer<Map<Port, InetSocketAddress>, Map<Port, InetSocketAddress>> change;
    private final Map<String, Map<Port, InetSocketAddress>> wanted = new TreeMap<>();
    private Map<Port, InetSocketAddress> published;
    private final Set<Port> refused = new HashSet<>();
    private boolean saved = true;

    /**
     * @param file where they are saved
     * @param held closed with this
     * @param change withdraws some ports and publishes others
     */
    PublishedPorts(
            Path file, HeldPorts held, BiConsumer<Map<Port, InetSocketAddress>, Map<Port, InetSocketAddress>> change)
            throws IOException {
        this.file = file;
        this.held = held;
        this.change = change;
        read();
        published = union();
        published.keySet().removeIf(this::isTaken);
    }

    /** Reserves the published ports against programs; call it once the rules for {@link #published} are in place. */
    synchronized void hold() {
        held.hold(published.keySet());
    }

    /** The published ports and their targets. */
    synchronized Map<Port, InetSocketAddress> published() {
        return Map.copyOf(published);
    }

    /**
     * Publishes ports, replacing those that {@code owner} had before. When two owners want the same port, the first by
     * name gets it. After a failure, call it again: what is not published yet is tried again.
     *
     * @param targets the nodes' addresses that they are forwarded to
     */
    public synchronized void publish(String owner, Map<Port, InetSocketAddress> targets) {
        saved &= targets.equals(wanted.put(owner, Map.copyOf(targets)));
        Map<Port, InetSocketAddress> next = union();
        if (saved && next.equals(published)) {
            return;
        }
        refused.retainAll(next.keySet());
        next.keySet().removeIf(port -> !published.containsKey(port) && isTaken(port));
        Map<Port, InetSocketAddress> gone = new HashMap<>(published);
        gone.entrySet().removeIf(entry -> entry.getValue().equals(next.get(entry.getKey())));
        Map<Port, InetSocketAddress> come = new HashMap<>(next);
        come.entrySet().removeIf(entry -> entry.getValue().equals(published.get(entry.getKey())));
        if (!gone.isEmpty() || !come.isEmpty()) {
            gone.keySet().stream().filter(port -> !next.containsKey(port)).forEach(held::release);
            change.accept(gone, come);
            published = next;
            saved = false;
            held.hold(next.keySet());
            Map<Port, @Nullable InetSocketAddress> changed = new HashMap<>();
            gone.keySet().forEach(port -> changed.put(port, null));
            changed.putAll(come);
            held.forgetDatagrams(changed);
        }
        write();
    }

    /** Releases all ports, which are no longer forwarded. */
    synchronized void release() {
        published.keySet().forEach(held::release);
    }

    /** Closes the reserved sockets. Forwarding stays, but programs can take the ports. */
    @Override
    public synchronized void close() {
        held.close();
    }

    /** Calls {@code action} with what is published, which does not change meanwhile. */
    synchronized void whileUnchanged(Consumer<Map<Port, InetSocketAddress>> action) {
        action.accept(Map.copyOf(published));
    }

    private Map<Port, InetSocketAddress> union() {
        Map<Port, InetSocketAddress> all = new HashMap<>();
        for (Map<Port, InetSocketAddress> ports : wanted.values()) {
            ports.forEach(all::putIfAbsent);
        }
        return all;
    }

    private void read() throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split(" ", 5);
            wanted.computeIfAbsent(words[4], owner -> new HashMap<>())
                    .put(
                            new Port(words[0], Integer.parseInt(words[1])),
                            new InetSocketAddress(Cidr.parseAddress(words[2]), Integer.parseInt(words[3])));
        }
    }

    /** Saves only what was published: a port that was taken may be free the next time. */
    private void write() {
        List<String> lines = new ArrayList<>();
        wanted.forEach((owner, ports) -> ports.forEach((port, target) -> {
            if (target.equals(published.get(port))) {
                lines.add("%s %d %s %d %s"
                        .formatted(
                                port.protocol(),
                                port.number(),
                                target.getAddress().getHostAddress(),
                                target.getPort(),
                                owner));
            }
        }));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.write(fresh, lines);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            saved = true;
        } catch (IOException e) {
            throw new UncheckedIOException("The published ports could not be written down in " + file, e);
        }
    }

    private boolean isTaken(Port port) {
        if (held.isFree(port)) {
            refused.remove(port);
            return false;
        }
        if (refused.add(port)) {
            LOG.warn(
                    "Port {}/{} is used by another program of this machine: it leads to the cluster on the nodes' addresses only",
                    port.number(),
                    port.protocol());
        }
        return true;
    }
}
