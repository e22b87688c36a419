package dev.proa.control.volume;

import static dev.proa.control.volume.StorageSamples.claim;
import static dev.proa.control.volume.StorageSamples.delayed;
import static dev.proa.control.volume.StorageSamples.immediate;
import static dev.proa.control.volume.StorageSamples.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.protection.VolumeClaimProtectionController;
import dev.proa.control.protection.VolumeProtectionController;
import dev.proa.control.scheduler.Scheduler;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LocalVolumeProvisionerTest {
    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<Node> nodes = cluster.client.resource(Node.KIND);
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<PersistentVolume> volumes = cluster.client.resource(PersistentVolume.KIND);
    private final ResourceClient<PersistentVolumeClaim> claims =
            cluster.client.resource(PersistentVolumeClaim.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.client.resource(StorageClass.KIND).create(delayed("standard", LocalVolumes.PROVISIONER));
        cluster.client.resource(StorageClass.KIND).create(immediate("now", LocalVolumes.PROVISIONER));
        nodes.create(new Node(Yaml.decodeMap("""
                {apiVersion: v1, kind: Node,
                 metadata: {name: node-a, labels: {kubernetes.io/hostname: node-a}, annotations: {node.proa.dev/local-volumes: /data}},
                 status: {allocatable: {cpu: "4", memory: 8Gi, pods: "110"}, capacity: {cpu: "4", memory: 8Gi, pods: "110"}}}
                """)));
        Scheduler scheduler = new Scheduler(cluster.schedulerContext());
        cluster.start(
                PersistentVolumeController::new,
                LocalVolumeProvisioner::new,
                VolumeClaimProtectionController::new,
                VolumeProtectionController::new,
                context -> scheduler);
        ready("True");
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void ready(String status) throws Exception {
        MapValue condition = MapValue.of("type", "Ready", "status", status);
        Node node = nodes.patchStatus(
                "node-a", Patch.merge(MapValue.of("status", MapValue.of("conditions", ListValue.of(condition)))));
        cluster.awaitSeen(Node.KIND, node);
    }

    private PersistentVolume awaitOnly(String phase) throws Exception {
        return Await.until(
                        "a volume is " + phase,
                        volumes::list,
                        all -> all.size() == 1
                                && all.getFirst().status().phase().equals(phase))
                .getFirst();
    }

    @Test
    void makesAVolumeOnTheNodeOfThePodAndDeletesItWithTheClaim() throws Exception {
        claims.create(claim("c", "1Gi", "storageClassName: standard,"));
        pods.create(user("p", "c"));
        Await.until("p is bound", () -> pods.get("p").spec().nodeName().equals("node-a"));
        PersistentVolume made = awaitOnly("Bound");
        assertThat(made.name()).isEqualTo("pvc-" + claims.get("c").uid());
        assertThat(made.spec().local().path()).isEqualTo("/data/" + made.name());
        assertThat(made.spec().capacity().get("storage")).hasToString("1Gi");
        assertThat(made.spec().persistentVolumeReclaimPolicy()).isEqualTo("Delete");
        assertThat(Volumes.isReachable(made, nodes.get("node-a"))).isTrue();
        assertThat(made.annotations()).containsEntry("pv.kubernetes.io/provisioned-by", "proa.dev/local-path");
        Await.until(
                "that is told",
                () -> cluster.events("ProvisioningSucceeded")
                        .contains("Successfully provisioned volume " + made.name()));

        ready("Unknown");
        claims.delete("c");
        pods.delete("p", DeleteOptions.EMPTY.withGracePeriodSeconds(0));
        awaitOnly("Released");
        ready("True");
        Await.until("the volume is deleted", () -> volumes.list().isEmpty());
    }

    @Test
    void saysWhyItCannotAndTakesTheNodeBack() throws Exception {
        claims.create(new PersistentVolumeClaim(claim("c", "1Gi", "storageClassName: standard,")
                .withSpec(spec -> spec.withAccessModes(List.of("ReadWriteMany")))
                .value()));
        pods.create(user("p", "c"));
        Await.until(
                "that is told",
                () -> cluster.events("ProvisioningFailed")
                        .contains("failed to provision volume with StorageClass \"standard\": only the access modes"
                                + " ReadWriteOnce and ReadWriteOncePod are supported"));
        claims.create(claim("d", "1Gi", "storageClassName: now,"));
        Await.until(
                "that is told",
                () -> cluster.events("ProvisioningFailed")
                        .contains(
                                "failed to provision volume with StorageClass \"now\": configuration error, no node was"
                                        + " specified"));
        assertThat(volumes.list()).isEmpty();
    }
}
