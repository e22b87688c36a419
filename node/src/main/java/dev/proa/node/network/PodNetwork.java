package dev.proa.node.network;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Connects pods to the network, as a CNI plugin does. Methods block, may be called from any thread, and are idempotent
 * per sandbox id. Attachments outlive the calling process; a new instance over the same state knows them.
 */
public interface PodNetwork extends AutoCloseable {

    /**
     * Connects a sandbox: makes its network namespace at {@code namespace} (a file to be bound, as {@code ip netns} does),
     * with loopback up, one interface {@code eth0}, an address of the node's pod range and a default route.
     *
     * @param ports container ports that appear on the node's own addresses
     * @return the pod's addresses, the first one primary
     * @throws IllegalArgumentException when a host port is reserved for the node
     */
    List<String> attach(String sandboxId, Path namespace, List<HostPort> ports);

    /** Releases the address, and removes the interface and the namespace. */
    void detach(String sandboxId, Path namespace);

    /**
     * Reserves a port for the node: {@link #attach} rejects a host port of that number on any address, and host port
     * rules skip it. Idempotent.
     */
    void reserve(Port port);

    /** The reserved ports. */
    Set<Port> reserved();

    /** The node's address on the pod network. */
    String gateway();

    /** The file of the node's own network namespace, which pods may share; null for that of this process. */
    default @Nullable Path nodeNamespace() {
        return null;
    }

    @Override
    void close();

    /** A port of the node that is forwarded to a port of the pod. */
    record HostPort(int hostPort, int containerPort, String protocol, String hostAddress) {
        /** The port of the node, whatever the address. */
        public Port port() {
            return new Port(protocol, hostPort);
        }
    }

    /** A port of the node on all of its addresses. @param protocol {@code TCP}, {@code UDP} or {@code SCTP}; empty for TCP */
    record Port(String protocol, int number) {
        public Port {
            protocol = protocol.isEmpty() ? "TCP" : protocol;
        }

        /** The number of its protocol above IP. */
        public int protocolNumber() {
            return switch (protocol.toUpperCase(Locale.ROOT)) {
                case "TCP" -> 6;
                case "UDP" -> 17;
                case "SCTP" -> 132;
                default -> throw new IllegalArgumentException("No protocol of ports: " + protocol);
            };
        }
    }
}
