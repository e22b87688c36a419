package dev.proa.node.agent;

import dev.proa.client.clock.Clock;
import dev.proa.image.ImageFailure;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.linux.CgroupTree;
import dev.proa.node.linux.Mounts;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.linux.Namespaces.Kind;
import dev.proa.node.machine.NodeLinks;
import dev.proa.node.network.RoutedNetwork;
import dev.proa.node.sandbox.SandboxRuntime;
import dev.proa.node.sandbox.image.StoredImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Removes a stopped node from the machine: its containers, cgroups, mounts and network, but not its files. */
public final class NodeRemoval {
    private NodeRemoval() {}

    /**
     * Removes the node whose data lies in a directory; does nothing where nothing is left of it.
     *
     * @param images the store of images that it used
     * @param links of its cluster's network; null when that is gone
     */
    public static void remove(String name, Path directory, Path images, @Nullable NodeLinks links) throws IOException {
        NodeRanges ranges = NodeRanges.read(directory);
        if (ranges != null && Files.isDirectory(directory.resolve("runtime"))) {
            removePods(directory, images, ranges);
            removeGroups(directory);
        }
        Path namespace = directory.resolve("namespace"); // all links of its pods are in it
        if (links != null) {
            links.remove(name, namespace);
        } else {
            Namespaces.release(namespace);
        }
        if (Files.isDirectory(directory)) {
            unmountVolumes(directory);
        }
    }

    private static void removePods(Path directory, Path images, NodeRanges ranges) throws IOException {
        Path namespace = directory.resolve("namespace");
        Namespaces.ensure(Kind.NETWORK, namespace);
        RoutedNetwork.Config config = ranges.podNetwork(directory, null);
        try (RoutedNetwork network = Namespaces.callIn(namespace, () -> RoutedNetwork.open(config))) {
            StoredImages stored = StoredImages.open(
                    ImageStore.open(images),
                    directory.resolve("layers"),
                    UnpackLimits.DEFAULT,
                    (reference, credentials) -> {
                        throw ImageFailure.invalid("nothing is pulled while a node is removed");
                    });
            try (SandboxRuntime runtime = SandboxNode.openRuntime(directory, stored, network, Clock.system())) {
                for (PodSandboxStatus sandbox : runtime.listPodSandboxes()) {
                    runtime.removePodSandbox(sandbox.id());
                }
            }
        }
    }

    /** Removes the node's own cgroup in each hierarchy; those of its containers are gone already. */
    static void removeGroups(Path directory) throws IOException {
        CgroupTree tree = CgroupTree.detect().orElse(null);
        if (tree != null) {
            tree.group(SandboxNode.cgroup(directory)).remove();
        }
    }

    /** Unmounts volumes in memory, which are mounted below the directories of their pods. */
    private static void unmountVolumes(Path directory) throws IOException {
        for (Path mount : Mounts.below(directory.toRealPath())) {
            Mounts.unmount(mount, Mounts.MNT_DETACH);
        }
    }
}
