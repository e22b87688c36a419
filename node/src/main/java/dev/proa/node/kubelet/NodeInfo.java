package dev.proa.node.kubelet;

import dev.proa.api.value.Quantity;
import java.util.List;
import java.util.Map;

/**
 * What a kubelet knows of its node.
 *
 * @param name of the Node object
 * @param address the node's InternalIP
 * @param dnsServers that pods with {@code dnsPolicy: ClusterFirst} ask
 * @param clusterDomain {@code cluster.local}
 * @param memoryBytes of the machine
 * @param allocatable what pods can have in all
 */
public record NodeInfo(
        String name,
        String address,
        List<String> dnsServers,
        String clusterDomain,
        long memoryBytes,
        Map<String, Quantity> allocatable) {
    public NodeInfo {
        dnsServers = List.copyOf(dnsServers);
        allocatable = Map.copyOf(allocatable);
    }
}
