package dev.proa.node.kubelet.pod;

import dev.proa.api.value.Quantity;
import dev.proa.node.network.NodeNamespace;
import dev.proa.node.network.PodNetwork.Port;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The node of a kubelet, as its pods need to know it.
 *
 * @param name of the Node object
 * @param address the node's InternalIP
 * @param dnsServers DNS servers for pods with {@code dnsPolicy: ClusterFirst}
 * @param clusterDomain {@code cluster.local}
 * @param memoryBytes memory of the machine
 * @param allocatable resources available to pods
 * @param reservedPorts the ports that the node itself listens on, on any of its addresses
 * @param place its place in the network; null for a node in this process' network namespace
 */
public record KubeletNode(
        String name,
        String address,
        List<String> dnsServers,
        String clusterDomain,
        long memoryBytes,
        Map<String, Quantity> allocatable,
        Set<Port> reservedPorts,
        @Nullable NodeNamespace place) {
    public KubeletNode {
        reservedPorts = Set.copyOf(reservedPorts);
        dnsServers = List.copyOf(dnsServers);
        allocatable = Map.copyOf(allocatable);
    }

    /** A node without reserved ports, in this process' network namespace. */
    public KubeletNode(
            String name,
            String address,
            List<String> dnsServers,
            String clusterDomain,
            long memoryBytes,
            Map<String, Quantity> allocatable) {
        this(name, address, dnsServers, clusterDomain, memoryBytes, allocatable, Set.of(), null);
    }
}
