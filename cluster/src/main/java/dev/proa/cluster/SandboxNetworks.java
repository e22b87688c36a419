package dev.proa.cluster;

import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.netlink.NetlinkException;
import dev.proa.node.machine.ClusterNetwork;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.NodePlace;
import dev.proa.node.network.RoutedNetwork;
import dev.proa.node.services.NetworkCheck;
import dev.proa.node.services.NodeNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The networks of a cluster's sandbox nodes: their address plan, and where their files lie. */
final class SandboxNetworks {
    private static final Cidr PODS = Cidr.parse(Addresses.POD_RANGE);
    private static final Cidr SERVICES = Cidr.parse(Addresses.SERVICE_RANGE);
    /** The same for all nodes, since each has its own network namespace. */
    private static final String LINK_PREFIX = "pod";

    private SandboxNetworks() {}

    /**
     * Opens the network of a cluster that is being started, after checking what the machine lacks.
     *
     * @throws UnmetRequirements when this machine lacks something that sandbox nodes need
     */
    static ClusterNetwork start(ClusterConfig config) {
        SandboxNode.require(config.directory());
        try {
            return open(config);
        } catch (NetlinkException e) {
            List<String> problems = NetworkCheck.problems();
            if (problems.isEmpty()) {
                throw e;
            }
            throw new UnmetRequirements("The network of sandbox nodes lacks something on this machine:\n  - "
                    + String.join("\n  - ", problems)
                    + "\nThe simulated runtime works without: proa up --runtime simulated");
        }
    }

    /** Opens the network that a cluster's nodes share. */
    static ClusterNetwork open(ClusterConfig config) {
        try {
            return ClusterNetwork.open(new ClusterNetwork.Config(
                    directory(config.directory()), PODS, SERVICES, config.exposed(), ClusterNetwork.MACHINE_STATE));
        } catch (IOException e) {
            throw new UncheckedIOException("The cluster's network could not be made: " + e.getMessage(), e);
        }
    }

    /** The directory of a cluster's network. */
    static Path directory(Path cluster) {
        return cluster.resolve("network");
    }

    /** The file of a node's network namespace. */
    static Path namespace(ClusterConfig config, int index) {
        return node(config, index).resolve("namespace");
    }

    static NodePlace connect(ClusterNetwork network, ClusterConfig config, int index) throws IOException {
        return network.connect(index, namespace(config, index), Cidr.parse(Addresses.nodeRange(index)));
    }

    /** Opens the network of a node in its network namespace. */
    static NodeNetwork open(ClusterConfig config, int index, NodePlace place) throws IOException {
        NodeNetwork.Config wanted = new NodeNetwork.Config(
                config.nodeName(index),
                new RoutedNetwork.Config(
                        node(config, index).resolve("network"),
                        PODS,
                        Cidr.parse(Addresses.nodeRange(index)),
                        SERVICES,
                        LINK_PREFIX,
                        false,
                        place),
                Addresses.DOMAIN,
                Cidr.parseAddress(Addresses.DNS_SERVICE));
        return Namespaces.callIn(place.namespace(), () -> NodeNetwork.open(wanted));
    }

    /** The names and addresses of a cluster's nodes, in their order. */
    static Map<String, Inet4Address> addresses(ClusterNetwork network, ClusterConfig config) {
        Map<String, Inet4Address> addresses = new LinkedHashMap<>();
        for (int i = 0; i < config.nodes(); i++) {
            addresses.put(config.nodeName(i), network.nodeAddress(i));
        }
        return addresses;
    }

    private static Path node(ClusterConfig config, int index) {
        return SandboxNode.directory(config.directory(), config.nodeName(index));
    }
}
