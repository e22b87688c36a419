package dev.proa.control.scheduler.plugin.volume;

import static dev.proa.control.volume.StorageSamples.claim;
import static dev.proa.control.volume.StorageSamples.delayed;
import static dev.proa.control.volume.StorageSamples.immediate;
import static dev.proa.control.volume.StorageSamples.on;
import static dev.proa.control.volume.StorageSamples.user;
import static dev.proa.control.volume.StorageSamples.volume;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.storage.v1.CSIDriver;
import dev.proa.api.storage.v1.CSINode;
import dev.proa.api.storage.v1.CSIStorageCapacity;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.scheduler.Scheduler;
import dev.proa.control.shared.Pods;
import dev.proa.control.shared.TestCluster;
import dev.proa.control.volume.PersistentVolumeController;
import dev.proa.testing.Await;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The scheduler with the controller of PersistentVolumes; the tests are the provisioner. */
class VolumeSchedulingTest {
    private static final String PREEMPTION = " no new claims to deallocate, preemption:";

    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<PersistentVolume> volumes = cluster.client.resource(PersistentVolume.KIND);
    private final ResourceClient<PersistentVolumeClaim> claims =
            cluster.client.resource(PersistentVolumeClaim.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.client.resource(StorageClass.KIND).create(delayed("local", "kubernetes.io/no-provisioner"));
        cluster.client.resource(StorageClass.KIND).create(delayed("late", "example.com/p"));
        cluster.client.resource(StorageClass.KIND).create(immediate("now", "example.com/p"));
        node("n1", "zone: a");
        node("n2", "zone: b");
        Scheduler scheduler = new Scheduler(cluster.schedulerContext());
        cluster.start(PersistentVolumeController::new, context -> scheduler);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void node(String name, String labels) {
        cluster.client.resource(Node.KIND).create(new Node(Yaml.decodeMap("""
                {apiVersion: v1, kind: Node, metadata: {name: %1$s, labels: {kubernetes.io/hostname: %1$s, %2$s}},
                 status: {allocatable: {cpu: "4", memory: 8Gi, pods: "110"}, capacity: {cpu: "4", memory: 8Gi, pods: "110"}}}
                """.formatted(
                        name, labels.replace("zone:", "topology.kubernetes.io/zone:")))));
    }

    /** A volume of a class on a node. */
    private PersistentVolume local(String name, String size, String node) {
        return volume(name, size, "storageClassName: local, " + on(node));
    }

    private void awaitVolume(String name) throws Exception {
        Await.until(
                name + " is available", () -> volumes.get(name).status().phase().equals("Available"));
        cluster.awaitSeen(PersistentVolume.KIND, volumes.get(name));
    }

    private void awaitNode(String pod, String node) throws Exception {
        Await.until(pod + " is on " + node, () -> pods.get(pod).spec().nodeName(), node::equals);
    }

    private void awaitWaiting(String pod, String why) throws Exception {
        Await.until(
                pod + " waits",
                () -> {
                    MapValue condition = Pods.condition(pods.get(pod), "PodScheduled");
                    return condition == null ? "" : condition.string("message");
                },
                message -> message.startsWith(why));
    }

    @Test
    void aPodGoesWhereAVolumeForItsClaimIs() throws Exception {
        volumes.create(local("here", "2Gi", "n2"));
        awaitVolume("here");
        claims.create(claim("c", "1Gi", "storageClassName: local,"));
        pods.create(user("p", "c"));
        awaitNode("p", "n2");
        assertThat(claims.get("c").spec().volumeName()).isEqualTo("here");
        assertThat(claims.get("c").status().phase()).isEqualTo("Bound");
        assertThat(volumes.get("here").annotations()).containsEntry("pv.kubernetes.io/bound-by-controller", "yes");

        claims.create(claim("d", "1Gi", "storageClassName: local,"));
        pods.create(user("q", "d"));
        awaitWaiting(
                "q",
                "0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind." + PREEMPTION);
        volumes.create(local("there", "2Gi", "n1"));
        awaitNode("q", "n1");
    }

    @Test
    void twoClaimsOfAPodGetDifferentVolumesOfANode() throws Exception {
        volumes.create(local("a", "1Gi", "n1"));
        volumes.create(local("b", "1Gi", "n2"));
        volumes.create(local("c", "5Gi", "n2"));
        for (String name : List.of("a", "b", "c")) {
            awaitVolume(name);
        }
        claims.create(claim("large", "2Gi", "storageClassName: local,"));
        claims.create(claim("small", "1Gi", "storageClassName: local,"));
        Pod pod = user("p", "large");
        pods.create(new Pod(pod.value()
                .withMap(
                        "spec",
                        spec -> spec.with(
                                "volumes",
                                spec.list("volumes")
                                        .plus(user("p", "small")
                                                .value()
                                                .map("spec")
                                                .list("volumes")
                                                .map(0)
                                                .with("name", "more"))))));
        awaitNode("p", "n2");
        assertThat(claims.get("large").spec().volumeName()).isEqualTo("c");
        assertThat(claims.get("small").spec().volumeName()).isEqualTo("b");
    }

    @Test
    void aPodWaitsForItsClaimToExistAndToBeBound() throws Exception {
        pods.create(user("p", "c"));
        awaitWaiting("p", "0/2 nodes are available: persistentvolumeclaim \"c\" not found. not found");
        claims.create(claim("c", "1Gi", "storageClassName: now,"));
        awaitWaiting("p", "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found");
        volumes.create(volume("v", "1Gi", "storageClassName: now, " + on("n2")));
        awaitNode("p", "n2");
        volumes.create(volume("gone", "1Gi", "storageClassName: now, " + on("n3")));
        claims.create(claim("d", "1Gi", "storageClassName: now, volumeName: gone,"));
        pods.create(user("q", "d"));
        awaitWaiting(
                "q", "0/2 nodes are available: 2 node(s) didn't match PersistentVolume's node affinity." + PREEMPTION);
    }

    @Test
    void aVolumeIsProvisionedForTheNodeOfThePod() throws Exception {
        claims.create(claim("c", "1Gi", "storageClassName: late,"));
        pods.create(user("p", "c"));
        String node = Await.until(
                "a node is selected",
                () -> claims.get("c").annotations().getOrDefault("volume.kubernetes.io/selected-node", ""),
                selected -> !selected.isEmpty());
        assertThat(pods.get("p").spec().nodeName()).isEmpty();
        provision("v", node);
        awaitNode("p", node);
    }

    private void provision(String name, String node) {
        volumes.create(volume(
                name,
                "1Gi",
                "storageClassName: late, claimRef: {namespace: default, name: c, uid: "
                        + claims.get("c").uid() + "}, " + on(node)));
    }

    @Test
    void anotherNodeIsTriedWhenProvisioningFails() throws Exception {
        claims.create(claim("c", "1Gi", "storageClassName: late,"));
        pods.create(user("p", "c"));
        Await.until(
                "provisioning begins",
                () -> claims.get("c").annotations().containsKey("volume.kubernetes.io/storage-provisioner"));
        claims.patch(
                "c",
                Patch.merge(MapValue.of(
                        "metadata",
                        MapValue.of("annotations", MapValue.of("volume.kubernetes.io/selected-node", null)))));
        Await.until(
                "that is told",
                () -> cluster.events("FailedScheduling").stream()
                        .anyMatch(
                                message -> message.equals(
                                        "running PreBind plugin \"VolumeBinding\": binding volumes: provisioning failed for PVC \"c\"")));
        String node = Await.until(
                "a node is selected again",
                () -> claims.get("c").annotations().getOrDefault("volume.kubernetes.io/selected-node", ""),
                selected -> !selected.isEmpty());
        provision("v", node);
        awaitNode("p", node);
    }

    @Test
    void aClaimForOnePodIsForOnePod() throws Exception {
        volumes.create(new PersistentVolume(volume("v", "1Gi", "storageClassName: now,")
                .withSpec(spec -> spec.withAccessModes(List.of("ReadWriteOncePod")))
                .value()));
        claims.create(new PersistentVolumeClaim(claim("c", "1Gi", "storageClassName: now,")
                .withSpec(spec -> spec.withAccessModes(List.of("ReadWriteOncePod")))
                .value()));
        pods.create(user("p", "c"));
        Await.until("p is bound", () -> !pods.get("p").spec().nodeName().isEmpty());
        cluster.awaitSeen(Pod.KIND, pods.get("p"));
        pods.create(user("q", "c"));
        awaitWaiting(
                "q",
                "0/2 nodes are available: 2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access"
                        + " mode already in-use by another pod.");
        pods.delete("p", DeleteOptions.EMPTY.withGracePeriodSeconds(0));
        Await.until("q is bound", () -> !pods.get("q").spec().nodeName().isEmpty());
    }

    @Test
    void aPodStaysInTheZoneOfItsVolume() throws Exception {
        volumes.create(volume("v", "1Gi", "storageClassName: now,")
                .withMetadata(metadata -> metadata.withLabels(Map.of("topology.kubernetes.io/zone", "b__c"))));
        claims.create(claim("c", "1Gi", "storageClassName: now,"));
        pods.create(user("p", "c"));
        awaitNode("p", "n2");
        volumes.create(volume("w", "1Gi", "storageClassName: now,")
                .withMetadata(metadata -> metadata.withLabels(Map.of("topology.kubernetes.io/zone", "z"))));
        claims.create(claim("d", "1Gi", "storageClassName: now,"));
        pods.create(user("q", "d"));
        awaitWaiting("q", "0/2 nodes are available: 2 node(s) had no available volume zone." + PREEMPTION);
    }

    @Test
    void noMoreVolumesAreAttachedThanANodeCanHave() throws Exception {
        for (String node : List.of("n1", "n2")) {
            cluster.client.resource(CSINode.KIND).create(csiNode(node, node.equals("n1") ? 1 : 0));
            cluster.awaitSeen(
                    CSINode.KIND, cluster.client.resource(CSINode.KIND).get(node));
        }
        for (String name : List.of("a", "b")) {
            volumes.create(new PersistentVolume(volume(name, "1Gi", "storageClassName: now,")
                    .value()
                    .withMap(
                            "spec",
                            spec -> spec.without("hostPath")
                                    .with("csi", MapValue.of("driver", "csi.example.com", "volumeHandle", name)))));
            claims.create(claim(name, "1Gi", "storageClassName: now,"));
        }
        pods.create(user("p", "a"));
        awaitNode("p", "n1");
        cluster.awaitSeen(Pod.KIND, pods.get("p"));
        pods.create(user("q", "b"));
        awaitWaiting("q", "0/2 nodes are available: 2 node(s) exceed max volume count.");
        cluster.client
                .resource(CSINode.KIND)
                .update(withLimit(cluster.client.resource(CSINode.KIND).get("n2"), 1));
        awaitNode("q", "n2");
    }

    private static CSINode csiNode(String name, int limit) {
        return new CSINode(Yaml.decodeMap("{apiVersion: storage.k8s.io/v1, kind: CSINode, metadata: {name: " + name
                + "}, spec: {drivers: [{name: csi.example.com, nodeID: id, topologyKeys: [], allocatable: {count: "
                + limit
                + "}}]}}"));
    }

    private static CSINode withLimit(CSINode node, int limit) {
        return new CSINode(
                node.value().with("spec", csiNode(node.name(), limit).value().map("spec")));
    }

    @Test
    void volumesAreProvisionedOnlyWhereThereIsSpace() throws Exception {
        cluster.client
                .resource(CSIDriver.KIND)
                .create(new CSIDriver(Yaml.decodeMap("{apiVersion: storage.k8s.io/v1,"
                        + " kind: CSIDriver, metadata: {name: example.com}, spec: {storageCapacity: true}}")));
        cluster.awaitSeen(
                CSIDriver.KIND, cluster.client.resource(CSIDriver.KIND).get("example.com"));
        cluster.client.resource(StorageClass.KIND).create(delayed("csi", "example.com"));
        cluster.awaitSeen(
                StorageClass.KIND, cluster.client.resource(StorageClass.KIND).get("csi"));
        claims.create(claim("c", "2Gi", "storageClassName: csi,"));
        pods.create(user("p", "c"));
        awaitWaiting("p", "0/2 nodes are available: 2 node(s) did not have enough free storage." + PREEMPTION);
        capacity("small", "1Gi", "n1");
        capacity("large", "2Gi", "n2");
        Await.until(
                "the node with space is selected",
                () -> "n2".equals(claims.get("c").annotations().get("volume.kubernetes.io/selected-node")));
    }

    private void capacity(String name, String size, String node) {
        cluster.client
                .resource(CSIStorageCapacity.KIND)
                .create(new CSIStorageCapacity(Yaml.decodeMap("{apiVersion: storage.k8s.io/v1, kind:"
                        + " CSIStorageCapacity, metadata: {name: " + name + ", namespace: default}, storageClassName:"
                        + " csi, capacity: " + size + ", nodeTopology: {matchLabels: {kubernetes.io/hostname: " + node
                        + "}}}")));
    }
}
