package dev.proa.control.volume;

import static dev.proa.control.volume.StorageSamples.claim;
import static dev.proa.control.volume.StorageSamples.delayed;
import static dev.proa.control.volume.StorageSamples.immediate;
import static dev.proa.control.volume.StorageSamples.user;
import static dev.proa.control.volume.StorageSamples.volume;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ObjectKey;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Reconciler;
import dev.proa.control.protection.VolumeClaimProtectionController;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import dev.proa.testing.FakeTransport;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PersistentVolumeControllerTest {
    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<PersistentVolume> volumes = cluster.client.resource(PersistentVolume.KIND);
    private final ResourceClient<PersistentVolumeClaim> claims =
            cluster.client.resource(PersistentVolumeClaim.KIND).in("default");
    private final ResourceClient<StorageClass> classes = cluster.client.resource(StorageClass.KIND);

    @BeforeEach
    void start() throws Exception {
        cluster.start(PersistentVolumeController::new, VolumeClaimProtectionController::new);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void awaitPhases(String claim, String claimPhase, String volume, String volumePhase) throws Exception {
        Await.until(
                claim + " is " + claimPhase + " and " + volume + " is " + volumePhase,
                () -> claims.get(claim).status().phase() + " "
                        + volumes.get(volume).status().phase(),
                phases -> phases.equals(claimPhase + " " + volumePhase));
    }

    private void awaitEvent(String reason, String message) throws Exception {
        Await.until(reason, () -> cluster.events(reason), messages -> messages.contains(message));
    }

    @Test
    void bindsAClaimAndAVolumeWhicheverComesFirst() throws Exception {
        claims.create(claim("first", "1Gi", "storageClassName: '',"));
        awaitEvent("FailedBinding", "no persistent volumes available for this claim and no storage class is set");
        volumes.create(volume("a", "2Gi", ""));
        awaitPhases("first", "Bound", "a", "Bound");
        volumes.create(volume("b", "5Gi", ""));
        Await.until("b is free", () -> volumes.get("b").status().phase().equals("Available"));
        claims.create(claim("second", "1Gi", "storageClassName: '',"));
        awaitPhases("second", "Bound", "b", "Bound");

        PersistentVolumeClaim first = claims.get("first");
        assertThat(first.spec().volumeName()).isEqualTo("a");
        assertThat(first.annotations())
                .containsEntry("pv.kubernetes.io/bind-completed", "yes")
                .containsEntry("pv.kubernetes.io/bound-by-controller", "yes");
        assertThat(first.status().accessModes()).containsExactly("ReadWriteOnce");
        assertThat(first.status().capacity().get("storage")).hasToString("2Gi");
        PersistentVolume a = volumes.get("a");
        assertThat(a.annotations()).containsEntry("pv.kubernetes.io/bound-by-controller", "yes");
        assertThat(a.spec().claimRef().name()).isEqualTo("first");
        assertThat(a.spec().claimRef().uid()).isEqualTo(first.uid());
        assertThat(a.spec().claimRef().kind()).isEqualTo("PersistentVolumeClaim");
    }

    @Test
    void neverGivesAVolumeToTwoClaims() throws Exception {
        for (int i = 0; i < 8; i++) {
            claims.create(claim("c" + i, "1Gi", "storageClassName: '',"));
            volumes.create(volume("v" + i, (i + 1) + "Gi", ""));
        }
        Await.until(
                "all are bound",
                () -> claims.list().stream()
                        .allMatch(claim -> claim.status().phase().equals("Bound")));
        assertThat(claims.list().stream().map(claim -> claim.spec().volumeName()))
                .doesNotHaveDuplicates();
    }

    @Test
    void aVolumeIsReleasedWhenItsClaimGoesAndARetainedOneStays() throws Exception {
        volumes.create(volume("kept", "1Gi", "persistentVolumeReclaimPolicy: Retain,"));
        claims.create(claim("c", "1Gi", "storageClassName: '',"));
        awaitPhases("c", "Bound", "kept", "Bound");
        claims.delete("c");
        Await.until("it is released", () -> volumes.get("kept").status().phase().equals("Released"));
        claims.create(claim("c", "1Gi", "storageClassName: '',"));
        awaitEvent("FailedBinding", "no persistent volumes available for this claim and no storage class is set");
        assertThat(claims.get("c").spec().volumeName()).isEmpty();
    }

    @Test
    void aVolumeThatNobodyCanDeleteFails() throws Exception {
        awaitNotDeleted(
                "host",
                "hostPath: {path: /srv/data}",
                "host_path deleter only supports /tmp/.+ but received" + " provided /srv/data");
        awaitNotDeleted(
                "net",
                "nfs: {server: s, path: /}",
                "error getting deleter volume plugin for volume \"net\":" + " no deletable volume plugin matched");
        awaitNotDeleted(
                "block",
                "iscsi: {targetPortal: 10.0.0.1, iqn: 'iqn.2026-01.com.example:a', lun: 0}",
                "error getting deleter" + " volume plugin for volume \"block\": no volume plugin matched");
    }

    private void awaitNotDeleted(String name, String source, String why) throws Exception {
        volumes.create(new PersistentVolume(volume(name, "1Gi", "persistentVolumeReclaimPolicy: Delete,")
                .value()
                .withMap("spec", spec -> {
                    MapValue.Builder other = spec.without("hostPath").toBuilder();
                    Yaml.decodeMap("{" + source + "}").forEach(each -> other.put(each.getKey(), each.getValue()));
                    return other.build();
                })));
        claims.create(claim(name, "1Gi", "storageClassName: '', volumeName: " + name + ","));
        awaitPhases(name, "Bound", name, "Bound");
        claims.delete(name);
        Await.until("it failed", () -> volumes.get(name).status().phase().equals("Failed"));
        assertThat(volumes.get(name).status().message()).isEqualTo(why);
        awaitEvent("VolumeFailedDelete", why);
    }

    @Test
    void aClaimGetsTheVolumeThatItNames() throws Exception {
        volumes.create(volume("small", "1Gi", ""));
        volumes.create(volume("wanted", "9Gi", ""));
        claims.create(claim("c", "1Gi", "storageClassName: '', volumeName: wanted,"));
        awaitPhases("c", "Bound", "wanted", "Bound");
        assertThat(claims.get("c").annotations()).doesNotContainKey("pv.kubernetes.io/bound-by-controller");

        claims.create(claim("large", "5Gi", "storageClassName: '', volumeName: small,"));
        awaitEvent("VolumeMismatch", "Cannot bind to requested volume \"small\": requested PV is too small");
        claims.create(claim("late", "1Gi", "storageClassName: '', volumeName: wanted,"));
        awaitEvent("FailedBinding", "volume \"wanted\" already bound to a different claim.");
        assertThat(claims.get("late").status().phase()).isEqualTo("Pending");
    }

    @Test
    void aReservedVolumeWaitsForItsClaim() throws Exception {
        volumes.create(volume("v", "1Gi", "claimRef: {namespace: default, name: c},"));
        Await.until("it is there", () -> volumes.get("v").status().phase().equals("Available"));
        claims.create(claim("other", "1Gi", "storageClassName: '',"));
        claims.create(claim("c", "1Gi", "storageClassName: '',"));
        awaitPhases("c", "Bound", "v", "Bound");
        assertThat(volumes.get("v").annotations()).doesNotContainKey("pv.kubernetes.io/bound-by-controller");
        assertThat(claims.get("other").spec().volumeName()).isEmpty();
    }

    @Test
    void aClaimThatLosesItsVolumeIsLost() throws Exception {
        volumes.create(volume("v", "1Gi", ""));
        claims.create(claim("c", "1Gi", "storageClassName: '',"));
        awaitPhases("c", "Bound", "v", "Bound");
        volumes.update(volumes.get("v").withMetadata(metadata -> metadata.withFinalizers(List.of())));
        volumes.delete("v");
        Await.until("it is lost", () -> claims.get("c").status().phase().equals("Lost"));
        awaitEvent("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
        assertThat(claims.get("c").status().capacity()).isEmpty();
        volumes.create(volume("v", "1Gi", ""));
        awaitPhases("c", "Bound", "v", "Bound");
        assertThat(volumes.get("v").spec().claimRef().uid())
                .isEqualTo(claims.get("c").uid());
    }

    @Test
    void asksTheServerBeforeAClaimIsLost() throws Exception {
        volumes.create(volume("v", "1Gi", "claimRef: {namespace: default, name: c},"));
        claims.create(claim("c", "1Gi", "storageClassName: '',"));
        awaitPhases("c", "Bound", "v", "Bound");
        PersistentVolumeClaim bound = cluster.awaitSeen(PersistentVolumeClaim.KIND, claims.get("c"));
        Client old = new Client(new FakeTransport(Clock.system())); // which knows the volume as it was
        old.resource(PersistentVolume.KIND).create(volume("v", "1Gi", "claimRef: {namespace: default, name: c},"));
        try (InformerFactory behind = new InformerFactory(old, Clock.system(), new Random(1))) {
            Informer<PersistentVolume> seen = behind.informer(PersistentVolume.KIND);
            behind.start();
            behind.awaitSync();
            ClaimSync sync = new ClaimSync(
                    cluster.informers.informer(PersistentVolumeClaim.KIND),
                    seen,
                    cluster.informers.informer(StorageClass.KIND),
                    cluster.informers.informer(Pod.KIND).indexBy(pod -> List.of()),
                    new BindingWriter(cluster.client),
                    cluster.context.events("test"));
            assertThat(sync.reconcile(ObjectKey.of(bound.value()))).isEqualTo(Reconciler.Result.DONE);
        }
        assertThat(claims.get("c").resourceVersion()).isEqualTo(bound.resourceVersion());
    }

    @Test
    void aDelayedClaimSaysWhatItWaitsFor() throws Exception {
        classes.create(delayed("late", "example.com/p"));
        cluster.awaitSeen(StorageClass.KIND, classes.get("late"));
        claims.create(claim("c", "1Gi", "storageClassName: late,"));
        awaitEvent("WaitForFirstConsumer", "waiting for first consumer to be created before binding");
        Pod pod = cluster.client.resource(Pod.KIND).create(user("p", "c"));
        cluster.awaitSeen(Pod.KIND, pod);
        annotate("c", "touched", "yes");
        awaitEvent("WaitForPodScheduled", "waiting for pod p to be scheduled");
        annotate("c", "volume.kubernetes.io/selected-node", "n");
        awaitEvent("ExternalProvisioning", externally("example.com/p"));
        assertThat(claims.get("c").annotations())
                .containsEntry("volume.kubernetes.io/storage-provisioner", "example.com/p")
                .containsEntry("volume.beta.kubernetes.io/storage-provisioner", "example.com/p");
    }

    private static String externally(String provisioner) {
        return "Waiting for a volume to be created either by the external provisioner '" + provisioner
                + "' or manually by the system administrator. If volume creation is delayed, please verify that"
                + " the provisioner is running and correctly registered.";
    }

    private void annotate(String claim, String name, String value) {
        claims.patch(claim, Patch.merge(MapValue.of("metadata", MapValue.of("annotations", MapValue.of(name, value)))));
    }

    @Test
    void aClaimWaitsForItsClassAndThenForItsProvisioner() throws Exception {
        claims.create(claim("c", "1Gi", "storageClassName: fast,"));
        awaitEvent("ProvisioningFailed", "storageclass.storage.k8s.io \"fast\" not found");
        classes.create(immediate("fast", "example.com/p"));
        awaitEvent("ExternalProvisioning", externally("example.com/p"));
        classes.create(immediate("none", "kubernetes.io/no-provisioner"));
        claims.create(claim("d", "1Gi", "storageClassName: none,"));
        awaitEvent("ProvisioningFailed", "no volume plugin matched name: kubernetes.io/no-provisioner");
        PersistentVolumeClaim c = claims.get("c");
        volumes.create(volume(
                "made",
                "1Gi",
                "storageClassName: fast, claimRef: {namespace: default, name: c, uid: " + c.uid() + "},"));
        awaitPhases("c", "Bound", "made", "Bound");
    }

    @Test
    void aClaimFromBeforeGetsTheDefaultClass() throws Exception {
        claims.create(claim("c", "1Gi", ""));
        awaitEvent("FailedBinding", "no persistent volumes available for this claim and no storage class is set");
        classes.create(immediate("standard", "example.com/p")
                .withMetadata(metadata ->
                        metadata.withAnnotations(Map.of("storageclass.kubernetes.io/is-default-class", "true"))));
        Await.until(
                "it has the class",
                () -> claims.get("c").spec().storageClassName().equals("standard"));
    }
}
