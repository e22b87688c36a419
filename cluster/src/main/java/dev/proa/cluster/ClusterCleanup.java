package dev.proa.cluster;

import dev.proa.image.store.FileTrees;
import dev.proa.node.agent.NodeRemoval;
import dev.proa.node.linux.Architecture;
import dev.proa.node.linux.Directory;
import dev.proa.node.machine.ClusterNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Removes a stopped cluster from the machine. */
public final class ClusterCleanup {
    private ClusterCleanup() {}

    /**
     * Ends the containers that a cluster left running, and removes its networks. Does nothing when it has none. Nodes
     * that joined the cluster from other processes are removed by whoever started them.
     */
    public static void removeContainers(Path directory) throws IOException {
        if (!Files.isDirectory(SandboxNetworks.directory(directory))) {
            return;
        }
        try (ClusterNetwork network = SandboxNetworks.open(directory, false)) {
            for (Path node : nodes(directory)) {
                NodeRemoval.remove(node.getFileName().toString(), node, directory.resolve("images"), network.nodes());
            }
            network.uninstall();
        }
    }

    /**
     * The directories of nodes. They are started in parallel, so a server that was killed may have left out any of
     * them.
     */
    private static List<Path> nodes(Path cluster) throws IOException {
        Path nodes = cluster.resolve("nodes");
        if (!Files.isDirectory(nodes)) {
            return List.of();
        }
        try (Stream<Path> directories = Files.list(nodes)) {
            return directories.sorted().toList();
        }
    }

    /** Deletes everything in a cluster's directory, however deep. Call {@link #removeContainers} first. */
    public static void deleteData(Path directory) throws IOException {
        if (Architecture.supported()) {
            Directory.delete(directory);
        } else {
            FileTrees.delete(directory);
        }
    }
}
