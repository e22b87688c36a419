package dev.proa.node.machine;

import dev.proa.node.network.PodNetwork.Port;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports of a cluster's nodes that the machine has too, on its own addresses: node ports of services and host ports of pods. A port that
 * a program of the machine listens on stays that program's. Safe for use by many threads.
 */
public final class PublishedPorts {
    private static final Logger LOG = LoggerFactory.getLogger(PublishedPorts.class);

    private final Predicate<Port> free;
    private final BiConsumer<Map<Port, InetSocketAddress>, Map<Port, InetSocketAddress>> change;
    private final Map<String, Map<Port, InetSocketAddress>> wanted = new TreeMap<>();
    private Map<Port, InetSocketAddress> published = Map.of();
    private final Set<Port> refused = new HashSet<>();

    /**
     * @param free whether no program of the machine listens on a port
     * @param change takes ports back and publishes others
     */
    PublishedPorts(
            Predicate<Port> free, BiConsumer<Map<Port, InetSocketAddress>, Map<Port, InetSocketAddress>> change) {
        this.free = free;
        this.change = change;
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
        Map<Port, InetSocketAddress> next = new HashMap<>();
        for (Map<Port, InetSocketAddress> ports : wanted.values()) {
            ports.forEach(next::putIfAbsent);
        }
        refused.retainAll(next.keySet());
        next.keySet().removeIf(port -> !published.containsKey(port) && isTaken(port));
        Map<Port, InetSocketAddress> gone = new HashMap<>(published);
        gone.entrySet().removeIf(entry -> entry.getValue().equals(next.get(entry.getKey())));
        Map<Port, InetSocketAddress> come = new HashMap<>(next);
        come.entrySet().removeIf(entry -> entry.getValue().equals(published.get(entry.getKey())));
        change.accept(gone, come);
        published = next;
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
