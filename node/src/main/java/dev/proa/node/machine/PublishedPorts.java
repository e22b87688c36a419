package dev.proa.node.machine;

import dev.proa.node.network.Cidr;
import dev.proa.node.network.PodNetwork.Port;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
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
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports of a cluster's nodes that the machine has too, on its own addresses: node ports of services and host ports of pods. A port that
 * a program of the machine listens on stays that program's. What is published is kept in a file, a line for each, so that it goes on being
 * when the process is killed and started again, before it knows of services:
 *
 * <pre>
 *   TCP 30080 10.90.0.2 30080 node ports
 * </pre>
 *
 * Safe for use by many threads.
 */
public final class PublishedPorts {
    private static final Logger LOG = LoggerFactory.getLogger(PublishedPorts.class);

    private final Path file;
    private final Predicate<Port> free;
    private final BiConsumer<Map<Port, InetSocketAddress>, Map<Port, InetSocketAddress>> change;
    private final Map<String, Map<Port, InetSocketAddress>> wanted = new TreeMap<>();
    private Map<Port, InetSocketAddress> published;
    private final Set<Port> refused = new HashSet<>();

    /**
     * @param file where they are kept
     * @param free whether no program of the machine listens on a port
     * @param change takes ports back and publishes others
     */
    PublishedPorts(
            Path file,
            Predicate<Port> free,
            BiConsumer<Map<Port, InetSocketAddress>, Map<Port, InetSocketAddress>> change)
            throws IOException {
        this.file = file;
        this.free = free;
        this.change = change;
        read();
        published = union();
    }

    /** What is published. */
    synchronized Map<Port, InetSocketAddress> published() {
        return Map.copyOf(published);
    }

    /**
     * Publishes ports in place of those that {@code owner} had before. Where two owners want the same, the first by name has it.
     *
     * @param targets the addresses that they lead to: nodes'
     */
    public synchronized void publish(String owner, Map<Port, InetSocketAddress> targets) {
        if (targets.equals(wanted.getOrDefault(owner, Map.of()))) {
            return;
        }
        wanted.put(owner, Map.copyOf(targets));
        Map<Port, InetSocketAddress> next = union();
        refused.retainAll(next.keySet());
        next.keySet().removeIf(port -> !published.containsKey(port) && isTaken(port));
        Map<Port, InetSocketAddress> gone = new HashMap<>(published);
        gone.entrySet().removeIf(entry -> entry.getValue().equals(next.get(entry.getKey())));
        Map<Port, InetSocketAddress> come = new HashMap<>(next);
        come.entrySet().removeIf(entry -> entry.getValue().equals(published.get(entry.getKey())));
        change.accept(gone, come);
        published = next;
        write();
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

    /** Only what was published: a port that was another's may be free the next time. */
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
        } catch (IOException e) {
            throw new UncheckedIOException("The published ports could not be written down in " + file, e);
        }
    }

    private boolean isTaken(Port port) {
        if (free.test(port)) {
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

    /** Whether nobody listens on a port in the calling thread's network namespace. */
    static boolean canBeBound(InetSocketAddress address, Port port) throws IOException {
        try {
            switch (port.protocol()) {
                case "TCP" -> {
                    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
                        socket.bind(address);
                    }
                }
                case "UDP" -> {
                    try (DatagramChannel socket = DatagramChannel.open(StandardProtocolFamily.INET)) {
                        socket.bind(address);
                    }
                }
                default -> {}
            }
            return true;
        } catch (BindException e) {
            return false;
        }
    }
}
