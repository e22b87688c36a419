package dev.proa.node.agent;

import dev.proa.node.network.Cidr;
import dev.proa.node.network.NodeNamespace;
import dev.proa.node.network.RoutedNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The address ranges of a node. They are kept in its directory, so that the node can be removed when there is no API
 * server to ask any more.
 *
 * @param node of the node's pods
 * @param pods of all pods of the cluster
 * @param services of all cluster addresses of services
 */
record NodeRanges(Cidr node, Cidr pods, Cidr services) {
    private static final String FILE = "ranges";
    /** The same for all nodes, since each has its own network namespace. */
    private static final String LINK_PREFIX = "pod";

    /** The ranges of the node in a directory; null when it never had any. */
    static @Nullable NodeRanges read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return null;
        }
        String[] ranges = Files.readString(file).strip().split(" ");
        return new NodeRanges(Cidr.parse(ranges[0]), Cidr.parse(ranges[1]), Cidr.parse(ranges[2]));
    }

    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(FILE), node + " " + pods + " " + services);
    }

    /** The configuration of the node's pod network. */
    RoutedNetwork.Config podNetwork(Path directory, @Nullable NodeNamespace place) {
        return new RoutedNetwork.Config(directory.resolve("network"), pods, node, services, LINK_PREFIX, false, place);
    }
}
