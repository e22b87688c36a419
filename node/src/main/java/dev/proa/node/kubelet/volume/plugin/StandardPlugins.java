package dev.proa.node.kubelet.volume.plugin;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.node.kubelet.object.ReferencedObjects;
import dev.proa.node.kubelet.object.TokenManager;
import dev.proa.node.kubelet.plugin.KubeletRoot;
import dev.proa.node.kubelet.pod.KubeletNode;
import dev.proa.node.kubelet.volume.LocalVolumes;
import dev.proa.node.kubelet.volume.VolumePlugins;
import java.util.List;

/** The volume plugins that every kubelet has. */
public final class StandardPlugins {
    private StandardPlugins() {}

    /**
     * @param written whether containers will see the files of volumes; if not, no tokens are requested
     * @param client reads claims, their volumes and the node
     * @param locals the volumes that are provisioned on this node
     * @param root where the node has the directories of plugins
     */
    public static VolumePlugins of(
            ReferencedObjects references,
            TokenManager tokens,
            KubeletNode node,
            Clock clock,
            boolean written,
            Client client,
            LocalVolumes locals,
            KubeletRoot root) {
        DownwardFiles downward = new DownwardFiles(node.address(), node.allocatable());
        return new VolumePlugins(List.of(
                new EmptyDirPlugin(node.allocatable()),
                new HostPathPlugin(root),
                new ConfigMapPlugin(references, clock),
                new SecretPlugin(references, clock),
                new DownwardApiPlugin(downward, clock),
                new ProjectedPlugin(references, downward, tokens, clock, written),
                new ImagePlugin(),
                new ClaimPlugin(client, node.name(), locals)));
    }
}
