package dev.proa.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.delivery.argo.InstalledDefinitions;
import dev.proa.delivery.argo.Rollout;
import dev.proa.testing.Await;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Rollout in a whole cluster with simulated pods, driven by the patches that {@code kubectl argo rollouts} sends. */
class DeliveriesTest {
    @TempDir
    Path directory;

    @Test
    void aRolloutIsPausedPromotedAbortedAndRetried() throws Exception {
        try (Cluster cluster = Cluster.start(ClusterConfig.inMemory(directory, 1, ClusterConfig.Runtime.SIMULATED))) {
            Await.until("the kinds are served", () -> InstalledDefinitions.areServed(cluster.client()));
            ResourceClient<Rollout> rollouts =
                    cluster.client().resource(Rollout.KIND).in("default");
            rollouts.create(new Rollout(Yaml.decodeMap("""
                    apiVersion: argoproj.io/v1alpha1
                    kind: Rollout
                    metadata: {name: web}
                    spec:
                      replicas: 4
                      selector: {matchLabels: {app: web}}
                      template:
                        metadata: {labels: {app: web}}
                        spec: {containers: [{name: web, image: "web:1", imagePullPolicy: IfNotPresent}]}
                      strategy:
                        canary:
                          steps:
                          - setWeight: 25
                          - pause: {}
                    """)));
            await(rollouts, "Healthy", "");

            image(rollouts, "web:2");
            await(rollouts, "Paused", "CanaryPauseStep");
            assertThat(rollouts.get("web").status().updatedReplicas()).isOne();
            status(rollouts, "{pauseConditions: null}"); // promote
            await(rollouts, "Healthy", "");

            image(rollouts, "web:3");
            await(rollouts, "Paused", "CanaryPauseStep");
            status(rollouts, "{abort: true}"); // abort
            await(rollouts, "Degraded", "RolloutAborted: Rollout aborted update to revision 3");
            status(rollouts, "{abort: false}"); // retry
            await(rollouts, "Paused", "CanaryPauseStep");
            status(rollouts, "{promoteFull: true, pauseConditions: null}"); // promote --full
            await(rollouts, "Healthy", "");

            rollouts.patch("web", Patch.merge(Yaml.decodeMap("{spec: {replicas: 6}}")));
            Await.until("six pods", () -> rollouts.get("web").status(), s -> s.availableReplicas() == 6);
        }
    }

    private static void image(ResourceClient<Rollout> rollouts, String image) {
        rollouts.patch(
                "web",
                Patch.merge(Yaml.decodeMap("{spec: {template: {spec: {containers: [{name: web, image: \"" + image
                        + "\", imagePullPolicy: IfNotPresent}]}}}}")));
    }

    private static void status(ResourceClient<Rollout> rollouts, String status) {
        rollouts.patchStatus("web", Patch.merge(Yaml.decodeMap("{status: " + status + "}")));
    }

    /** Waits for a phase of the present generation. */
    private static void await(ResourceClient<Rollout> rollouts, String phase, String message)
            throws InterruptedException {
        Await.until(
                phase + " " + message,
                () -> rollouts.get("web"),
                rollout -> List.of(phase, message)
                                .equals(List.of(
                                        rollout.status().phase(),
                                        rollout.status().message()))
                        && rollout.status()
                                .observedGeneration()
                                .equals(String.valueOf(rollout.metadata().generation())));
    }
}
