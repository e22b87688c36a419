package dev.proa.control.protection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.storage.v1.VolumeAttributesClass;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProtectionTest {
    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<PersistentVolumeClaim> claims =
            cluster.client.resource(PersistentVolumeClaim.KIND).in("default");
    private final ResourceClient<PersistentVolume> volumes = cluster.client.resource(PersistentVolume.KIND);

    @BeforeEach
    void start() throws Exception {
        cluster.start(
                VolumeClaimProtectionController::new,
                VolumeProtectionController::new,
                AttributesClassProtectionController::new);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private PersistentVolumeClaim claim(String name, String more) {
        return claims.create(new PersistentVolumeClaim(
                Yaml.decodeMap("{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: " + name
                        + ", namespace: default}, spec: {" + more
                        + "accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}")));
    }

    private void pod(String name, String node) {
        pods.create(
                new Pod(
                        Yaml.decodeMap(
                                "{apiVersion: v1, kind: Pod, metadata: {name: " + name
                                        + ", namespace: default}, spec: {nodeName: " + node
                                        + ", containers: [{name: c, image: i}], volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]}}")));
    }

    @Test
    void aClaimStaysUntilNoPodOnANodeUsesIt() throws Exception {
        assertThat(claim("c", "").metadata().finalizers()).containsExactly("kubernetes.io/pvc-protection");
        pod("user", "node");
        pod("waiting", "''");
        claims.delete("c");
        claim("free", "");
        claims.delete("free");
        Await.until("the free claim is gone", () -> claims.find("free") == null);
        assertThat(claims.get("c").isDeleting()).isTrue();
        pods.delete("user", DeleteOptions.EMPTY.withGracePeriodSeconds(0));
        Await.until("the claim is gone", () -> claims.find("c") == null);
    }

    @Test
    void aVolumeStaysWhileItIsBound() throws Exception {
        PersistentVolume made = volumes.create(new PersistentVolume(Yaml.decodeMap(
                "{apiVersion: v1, kind: PersistentVolume, metadata: {name: v}, spec: {capacity: {storage:"
                        + " 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /tmp}}}")));
        assertThat(made.metadata().finalizers()).containsExactly("kubernetes.io/pv-protection");
        volumes.patchStatus("v", Patch.merge(Yaml.decodeMap("{status: {phase: Bound}}")));
        volumes.delete("v");
        cluster.awaitSeen(PersistentVolume.KIND, volumes.get("v"));
        assertThat(volumes.find("v")).isNotNull();
        volumes.patchStatus("v", Patch.merge(Yaml.decodeMap("{status: {phase: Released}}")));
        Await.until("the volume is gone", () -> volumes.find("v") == null);
    }

    @Test
    void anAttributesClassStaysWhileAClaimHasIt() throws Exception {
        ResourceClient<VolumeAttributesClass> classes = cluster.client.resource(VolumeAttributesClass.KIND);
        classes.create(new VolumeAttributesClass(Yaml.decodeMap("{apiVersion: storage.k8s.io/v1, kind:"
                + " VolumeAttributesClass, metadata: {name: fast}, driverName: d, parameters: {iops: '1'}}")));
        PersistentVolumeClaim claim = claim("c", "volumeAttributesClassName: fast, ");
        cluster.awaitSeen(PersistentVolumeClaim.KIND, claim);
        classes.delete("fast");
        cluster.awaitSeen(VolumeAttributesClass.KIND, classes.get("fast"));
        assertThat(classes.find("fast")).isNotNull();
        claims.delete("c");
        Await.until("the class is gone", () -> classes.find("fast") == null);
    }
}
