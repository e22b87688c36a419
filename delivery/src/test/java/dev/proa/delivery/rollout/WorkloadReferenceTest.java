package dev.proa.delivery.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.codec.Yaml;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.delivery.argo.Rollout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rollouts that take the pod template of a Deployment. */
class WorkloadReferenceTest {
    private RolloutWorld world;
    private ResourceClient<Deployment> deployments;

    @BeforeEach
    void start() throws InterruptedException {
        world = new RolloutWorld();
        deployments = world.client.resource(Deployment.KIND).in(RolloutWorld.NAMESPACE);
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private void deployment() {
        deployments.create(new Deployment(Yaml.decodeMap("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: default}
                spec:
                  replicas: 4
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec: {containers: [{name: web, image: "web:1"}]}
                """)));
    }

    private void rollout(String scaleDown) {
        world.rollouts().create(new Rollout(Yaml.decodeMap("""
                        apiVersion: argoproj.io/v1alpha1
                        kind: Rollout
                        metadata: {name: web, namespace: default}
                        spec:
                          replicas: 4
                          workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web, scaleDown: %s}
                          strategy: {canary: {steps: [{setWeight: 25}, {pause: {}}]}}
                        """.formatted(scaleDown))));
        world.settle();
    }

    @Test
    void followsTheDeploymentsTemplate() {
        deployment();
        rollout("never");
        assertThat(world.phase()).isEqualTo("Healthy");
        assertThat(world.sizes()).isEqualTo("1:4");
        assertThat(deployments.get("web").spec().replicas()).isEqualTo(4);
        deployments.patch(
                "web",
                Patch.merge(
                        Yaml.decodeMap("{spec: {template: {spec: {containers: [{name: web, image: \"web:2\"}]}}}}")));
        world.settle();
        assertThat(world.phase()).isEqualTo("Paused: CanaryPauseStep");
        assertThat(world.sizes()).isEqualTo("1:3 2:1");
        assertThat(world.status().workloadObservedGeneration()).isEqualTo("2");
        assertThat(world.rollout().spec().has("template")).isFalse();
    }

    @Test
    void theDeploymentGivesUpItsPodsOnSuccess() {
        deployment();
        rollout("onsuccess");
        assertThat(deployments.get("web").spec().replicas()).isZero();
    }

    @Test
    void theDeploymentGivesUpItsPodsProgressively() {
        deployment();
        rollout("progressively");
        assertThat(deployments.get("web").spec().replicas()).isZero();
    }

    @Test
    void saysThatItIsMissing() {
        rollout("never");
        assertThat(world.phase()).contains("InvalidSpec", "spec.workloadRef", "deployments.apps \"web\" not found");
        deployment();
        world.settle();
        assertThat(world.phase()).isEqualTo("Healthy");
    }
}
