package dev.proa.control.scheduler.plugin.dynamicresources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.resource.v1.DeviceClass;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.resource.v1.ResourceSlice;
import dev.proa.control.scheduler.PluginCluster;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Profile;
import dev.proa.control.scheduler.framework.Snapshot;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.plugin.DefaultPlugins;
import org.junit.jupiter.api.Test;

class AllocatedClaimsTest {
    private static PodInfo podWithClaim(PluginCluster cluster, String name) {
        cluster.add(
                ResourceClaim.KIND,
                new ResourceClaim(
                        Yaml.decodeMap("{apiVersion: resource.k8s.io/v1, kind: ResourceClaim, metadata: {name: "
                                + name + ", namespace: default}, spec: {devices: {requests: [{name: r, exactly:"
                                + " {deviceClassName: gpu, allocationMode: ExactCount, count: 1}}]}}}")));
        return cluster.add(new Pod(Yaml.decodeMap("{apiVersion: v1, kind: Pod, metadata: {name: " + name
                + ", namespace: default}, spec: {containers: [{name: c, image: i}], resourceClaims: [{name: gpu,"
                + " resourceClaimName: " + name + "}]}}")));
    }

    private static Status filter(DynamicResources plugin, CycleState state, PodInfo pod, NodeInfo node) {
        assertThat(plugin.preFilter(state, pod).status().isSuccess()).isTrue();
        return plugin.filter(state, pod, node);
    }

    @Test
    void profilesKnowOfEachOthersDecisionsBeforeTheyAreWritten() {
        try (PluginCluster cluster = new PluginCluster(DefaultPlugins.ALL)) {
            DynamicResources one = new DynamicResources(cluster.framework);
            DynamicResources other =
                    new DynamicResources(new Framework(new Profile("other", DefaultPlugins.ALL), cluster.services));
            cluster.add(
                    DeviceClass.KIND,
                    new DeviceClass(Yaml.decodeMap(
                            "{apiVersion: resource.k8s.io/v1, kind: DeviceClass, metadata: {name: gpu}, spec: {}}")));
            cluster.add(
                    ResourceSlice.KIND,
                    new ResourceSlice(Yaml.decodeMap("{apiVersion: resource.k8s.io/v1, kind: ResourceSlice, metadata:"
                            + " {name: s}, spec: {driver: example.com, nodeName: node-a, pool: {name: p, generation: 1,"
                            + " resourceSliceCount: 1}, devices: [{name: d1}]}}")));
            NodeInfo node =
                    NodeInfo.of(new Node(Yaml.decodeMap("{apiVersion: v1, kind: Node, metadata: {name: node-a}}")));
            PodInfo first = podWithClaim(cluster, "first");
            PodInfo second = podWithClaim(cluster, "second");

            CycleState state = new CycleState(Snapshot.EMPTY);
            assertThat(filter(one, state, first, node)).isEqualTo(Status.SUCCESS);
            assertThat(one.reserve(state, first, "node-a").isSuccess()).isTrue();
            assertThat(filter(other, new CycleState(Snapshot.EMPTY), second, node)
                            .message())
                    .isEqualTo("cannot allocate all claims");
            one.unreserve(state, first, "node-a");
            assertThat(filter(other, new CycleState(Snapshot.EMPTY), second, node))
                    .isEqualTo(Status.SUCCESS);
        }
    }
}
