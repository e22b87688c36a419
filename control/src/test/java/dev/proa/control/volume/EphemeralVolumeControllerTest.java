package dev.proa.control.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.ResourceClient;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.TestCluster;
import dev.proa.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EphemeralVolumeControllerTest {
    private final TestCluster cluster = new TestCluster();
    private final ResourceClient<Pod> pods = cluster.client.resource(Pod.KIND).in("default");
    private final ResourceClient<PersistentVolumeClaim> claims =
            cluster.client.resource(PersistentVolumeClaim.KIND).in("default");

    @BeforeEach
    void start() throws Exception {
        cluster.start(EphemeralVolumeController::new);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private Pod create(String name) {
        return pods.create(new Pod(Yaml.decodeMap("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: default}
                spec:
                  containers: [{name: c, image: i}]
                  volumes:
                  - name: scratch
                    ephemeral:
                      volumeClaimTemplate:
                        metadata: {labels: {a: b}}
                        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
                """.formatted(name))));
    }

    @Test
    void makesTheClaimOfAPodAndMakesItAgain() throws Exception {
        Pod pod = create("p");
        Await.until("the claim is there", () -> claims.find("p-scratch") != null);
        PersistentVolumeClaim claim = claims.get("p-scratch");
        assertThat(Owners.isControlledBy(claim, pod)).isTrue();
        assertThat(claim.labels()).containsEntry("a", "b");
        assertThat(claim.spec().resources().requests().get("storage")).hasToString("1Gi");
        cluster.awaitSeen(PersistentVolumeClaim.KIND, claim);
        claims.update(claim.withMetadata(metadata -> metadata.withoutFinalizers()));
        claims.delete("p-scratch");
        Await.until("there is another one", () -> {
            PersistentVolumeClaim now = claims.find("p-scratch");
            return now != null && !now.uid().equals(claim.uid());
        });
    }

    @Test
    void doesNotTakeAClaimOfSomebodyElse() throws Exception {
        claims.create(StorageSamples.claim("p-scratch", "1Gi", ""));
        cluster.awaitSeen(PersistentVolumeClaim.KIND, claims.get("p-scratch"));
        create("p");
        Await.until(
                "an event",
                () -> cluster.events("FailedBinding")
                        .contains(
                                "ephemeral volume scratch: PVC default/p-scratch was not created for pod default/p (pod is"
                                        + " not owner)"));
    }
}
