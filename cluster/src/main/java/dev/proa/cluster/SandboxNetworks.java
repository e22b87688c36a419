package dev.proa.cluster;

import dev.proa.embedded.EmbeddedApiServer;
import dev.proa.node.agent.SandboxNode;
import dev.proa.node.agent.UnmetRequirements;
import dev.proa.node.linux.netlink.NetlinkException;
import dev.proa.node.machine.ClusterNetwork;
import dev.proa.node.network.Cidr;
import dev.proa.node.services.NetworkCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** Opens the network that a cluster's sandbox nodes share. */
final class SandboxNetworks {
    private static final String HINT = "\nThe simulated runtime works without: proa up --runtime simulated";

    private SandboxNetworks() {}

    /**
     * Opens the network of a cluster that is being started, after checking what the machine lacks.
     *
     * @throws UnmetRequirements when this machine lacks something that sandbox nodes need
     */
    static ClusterNetwork start(ClusterConfig config) {
        try {
            SandboxNode.require(config.directory());
        } catch (UnmetRequirements e) {
            throw new UnmetRequirements(e.getMessage() + HINT);
        }
        try {
            return open(config.directory(), config.exposed());
        } catch (NetlinkException e) {
            List<String> problems = NetworkCheck.problems();
            if (problems.isEmpty()) {
                throw e;
            }
            throw new UnmetRequirements("The network of sandbox nodes lacks something on this machine:\n  - "
                    + String.join("\n  - ", problems)
                    + HINT);
        }
    }

    /**
     * Opens the network that a cluster's nodes share.
     *
     * @param cluster the directory of the cluster
     * @param exposed whether other machines reach the nodes' published ports
     */
    static ClusterNetwork open(Path cluster, boolean exposed) {
        try {
            return ClusterNetwork.open(new ClusterNetwork.Config(
                    directory(cluster),
                    Cidr.parse(Addresses.POD_RANGE),
                    Cidr.parse(EmbeddedApiServer.SERVICE_RANGE),
                    exposed,
                    ClusterNetwork.MACHINE_STATE));
        } catch (IOException e) {
            throw new UncheckedIOException("The cluster's network could not be made: " + e.getMessage(), e);
        }
    }

    /** The directory of a cluster's network. */
    static Path directory(Path cluster) {
        return cluster.resolve("network");
    }
}
