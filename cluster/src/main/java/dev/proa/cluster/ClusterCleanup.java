package dev.proa.cluster;

import dev.proa.client.clock.Clock;
import dev.proa.image.ImageFailure;
import dev.proa.image.store.FileTrees;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.linux.Architecture;
import dev.proa.node.linux.CgroupTree;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.machine.ClusterNetwork;
import dev.proa.node.network.NodePlace;
import dev.proa.node.sandbox.SandboxRuntime;
import dev.proa.node.sandbox.StoredImages;
import dev.proa.node.services.NodeNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Removes a stopped cluster from the machine. */
public final class ClusterCleanup {
    private ClusterCleanup() {}

    /** Ends the containers that a cluster left running, and removes its networks. Does nothing when it has none. */
    public static void removeContainers(String name, Path directory) throws IOException {
        ClusterConfig config = new ClusterConfig(
                name, directory, "127.0.0.1", 0, 0, ClusterConfig.Runtime.SANDBOX, false, false, Clock.system(), 0);
        if (!Files.isDirectory(SandboxNetworks.directory(directory))) {
            return;
        }
        try (ClusterNetwork cluster = SandboxNetworks.open(config)) {
            for (int index : nodes(config)) {
                if (Files.isDirectory(
                        SandboxNode.directory(directory, config.nodeName(index)).resolve("runtime"))) {
                    removePods(config, cluster, index);
                }
                // All links of its pods are in that namespace.
                Namespaces.release(SandboxNetworks.namespace(config, index));
                unmountVolumes(SandboxNode.directory(directory, config.nodeName(index)));
            }
            cluster.uninstall();
        }
    }

    /**
     * The nodes that have a directory. They are started in parallel, so a server that was killed may have left out any
     * of them.
     */
    private static List<Integer> nodes(ClusterConfig config) throws IOException {
        Path nodes = config.directory().resolve("nodes");
        if (!Files.isDirectory(nodes)) {
            return List.of();
        }
        String prefix = config.name() + "-";
        try (Stream<Path> directories = Files.list(nodes)) {
            return directories
                    .map(directory -> directory.getFileName().toString())
                    .filter(name -> name.matches(Pattern.quote(prefix) + "[0-9]{1,9}"))
                    .map(name -> Integer.valueOf(name.substring(prefix.length())))
                    .sorted()
                    .toList();
        }
    }

    private static void removePods(ClusterConfig config, ClusterNetwork cluster, int index) throws IOException {
        String node = config.nodeName(index);
        ImageStore images = ImageStore.open(config.directory().resolve("images"));
        NodePlace place = SandboxNetworks.connect(cluster, config, index);
        try (NodeNetwork network = SandboxNetworks.open(config, index, place)) {
            StoredImages stored = StoredImages.open(
                    images,
                    SandboxNode.directory(config.directory(), node).resolve("layers"),
                    UnpackLimits.DEFAULT,
                    (reference, credentials) -> {
                        throw ImageFailure.invalid("nothing is pulled while a cluster is taken down");
                    });
            try (SandboxRuntime runtime = SandboxNode.openRuntime(config, node, stored, network)) {
                for (PodSandboxStatus sandbox : runtime.listPodSandboxes()) {
                    runtime.removePodSandbox(sandbox.id());
                }
            }
            removeGroups(SandboxNode.directory(config.directory(), node));
        }
    }

    /** Removes the node's own cgroup in each hierarchy; those of its containers are gone already. */
    static void removeGroups(Path node) throws IOException {
        CgroupTree tree = CgroupTree.detect().orElse(null);
        if (tree != null) {
            tree.group(SandboxNode.cgroup(node)).remove();
        }
    }

    /** Unmounts volumes in memory, which are mounted below the directories of their pods. */
    private static void unmountVolumes(Path directory) throws IOException {
        for (Path mount : Mounts.below(directory.toRealPath())) {
            Mounts.unmount(mount, Mounts.MNT_DETACH);
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
