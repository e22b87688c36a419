package dev.proa.node.machine;

import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.netlink.ConnectionTracking;
import dev.proa.node.linux.netlink.ConnectionTracking.Flow;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.PodNetwork.Port;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reserves ports of the machine that are forwarded to a cluster. A program that listened on one would receive nothing,
 * so the cluster binds them itself, at its address in 127.0.0.0/8 (and receives nothing): other programs then fail with
 * "address in use". Not thread-safe.
 */
final class HeldPorts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HeldPorts.class);
    private static final int UDP = 17;

    private final Path machine;
    private final Inet4Address address;
    private final ConnectionTracking connections;
    private final Map<Port, NetworkChannel> held = new HashMap<>();

    /**
     * Opens a socket in the calling thread's network namespace.
     *
     * @param machine the file of that namespace
     * @param address where the cluster listens
     */
    HeldPorts(Path machine, Inet4Address address) {
        this.machine = machine;
        this.address = address;
        this.connections = ConnectionTracking.open();
    }

    /** Whether no program of the machine listens on a port, at an address that would be forwarded to the cluster. */
    boolean isFree(Port port) {
        try {
            return Namespaces.callIn(machine, () -> {
                Set<Inet4Address> all =
                        addresses(other -> !Cidr.LOOPBACK.contains(other) && !AddressPlan.ALL.contains(other));
                all.add(address);
                for (Inet4Address own : all) {
                    try (NetworkChannel attempt = listen(own, port)) {
                        // A program that listened there would have made this bind fail.
                    }
                }
                return true;
            });
        } catch (BindException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Binds ports that are forwarded already, since clients that connected before forwarding would wait for ever. A
     * port that a program has taken meanwhile is left to it.
     */
    void hold(Collection<Port> ports) {
        try {
            Namespaces.callIn(machine, () -> {
                for (Port port : ports) {
                    if (!held.containsKey(port)) {
                        hold(port);
                    }
                }
                return true;
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void hold(Port port) throws IOException {
        try {
            NetworkChannel channel = listen(address, port);
            if (channel != null) {
                held.put(port, channel);
            }
        } catch (BindException e) {
            LOG.warn(
                    "Port {}/{} was taken by a program of this machine in the very moment",
                    port.number(),
                    port.protocol());
        }
    }

    /** Releases a port; call it while it is still forwarded. Idempotent. */
    void release(Port port) {
        NetworkChannel channel = held.remove(port);
        if (channel != null) {
            close(channel);
        }
    }

    /**
     * For the kernel, datagrams from one client to one port are a connection, which keeps its first target. Deletes the
     * entries of those whose port has another target now.
     *
     * @param targets null for a port that is no longer forwarded
     */
    void forgetDatagrams(Map<Port, @Nullable InetSocketAddress> targets) {
        if (targets.keySet().stream().noneMatch(port -> port.protocolNumber() == UDP)) {
            return;
        }
        Set<Inet4Address> own;
        try {
            own = Namespaces.callIn(machine, () -> addresses(a -> !AddressPlan.ALL.contains(a)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Flow flow : connections.list(UDP)) {
            Port port = new Port("UDP", flow.destinationPort());
            InetSocketAddress target = targets.get(port);
            boolean published =
                    own.contains(flow.destination()) || flow.destination().equals(address);
            if (targets.containsKey(port)
                    && published
                    && !(target != null && target.getAddress().equals(flow.answering()))) {
                connections.delete(flow);
            }
        }
    }

    /** Releases all ports; forwarding is not changed. */
    @Override
    public void close() {
        held.values().forEach(HeldPorts::close);
        held.clear();
        connections.close();
    }

    private static Set<Inet4Address> addresses(Predicate<Inet4Address> which) throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(Inet4Address.class::isInstance)
                .map(Inet4Address.class::cast)
                .filter(which)
                .collect(Collectors.toSet());
    }

    /** Null for a protocol other than TCP and UDP. */
    private static @Nullable NetworkChannel listen(Inet4Address address, Port port) throws IOException {
        NetworkChannel channel = switch (port.protocol()) {
            case "TCP" -> ServerSocketChannel.open(StandardProtocolFamily.INET);
            case "UDP" -> DatagramChannel.open(StandardProtocolFamily.INET);
            default -> null;
        };
        if (channel == null) {
            return null;
        }
        try {
            channel.bind(new InetSocketAddress(address, port.number()));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static void close(NetworkChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
