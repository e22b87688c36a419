package dev.proa.delivery.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.client.Patch;
import dev.proa.delivery.argo.Experiment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Canary updates whose traffic a router splits. */
class RoutedCanaryTest {
    private static final String ROUTED = """
            canary:
              canaryService: canary
              stableService: stable
              trafficRouting:
                managedRoutes: [{name: header}, {name: mirror}]
                plugins: {test/recording: {}}
            """;

    private RolloutWorld world;

    @BeforeEach
    void start() throws InterruptedException {
        world = new RolloutWorld();
        world.service("canary");
        world.service("stable");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private static String steps(String steps) {
        return ROUTED + "  steps:\n" + steps.indent(2);
    }

    @Test
    void weightsFollowSteps() {
        world.create(steps("""
                - setWeight: 25
                - pause: {}
                - setWeight: 50
                - pause: {}
                """));
        world.update(2);
        assertThat(world.sizes()).isEqualTo("1:4 2:1");
        assertThat(world.router.weights).endsWith(0, 25);
        assertThat(world.status().canary().weights().canary().weight()).isEqualTo(25);
        assertThat(world.status().canary().weights().stable().weight()).isEqualTo(75);
        assertThat(world.selected("canary")).isEqualTo("2");
        assertThat(world.selected("stable")).isEqualTo("1");

        world.patchStatus("{pauseConditions: null}");
        world.settle();
        assertThat(world.router.weights).endsWith(25, 50);
        world.patchStatus("{pauseConditions: null}");
        world.settle();
        assertThat(world.router.weights).endsWith(50, 100, 0);
        assertThat(world.selected("stable")).isEqualTo("2");
        assertThat(world.phase()).isEqualTo("Healthy");
        assertThat(world.sizes()).isEqualTo("1:4 2:4"); // until the delay is over
        world.advance(Duration.ofSeconds(31));
        assertThat(world.sizes()).isEqualTo("2:4");
    }

    @Test
    void fullPromotionMovesAllTrafficOnceThePodsAreThere() {
        world.create(steps("""
                - setWeight: 25
                - pause: {}
                """));
        world.update(2);
        world.patchStatus("{promoteFull: true, pauseConditions: null}");
        world.settle();
        assertThat(world.router.weights).endsWith(25, 100, 0);
        assertThat(world.phase()).isEqualTo("Healthy");
        assertThat(world.selected("stable")).isEqualTo("2");
    }

    @Test
    void aWeightIsVerifiedBeforeItsStepEnds() {
        world.router.verified = Optional.of(false);
        world.create(steps("""
                - setWeight: 25
                - pause: {}
                """));
        world.update(2);
        assertThat(world.status().currentStepIndex()).isZero();
        assertThat(world.status().canary().weights().verified()).isFalse();
        world.router.verified = Optional.of(true);
        world.settle();
        assertThat(world.status().currentStepIndex()).isOne();
    }

    @Test
    void theCanaryGetsNoWeightWithoutPods() {
        world.create(steps("""
                - setWeight: 25
                """));
        world.image(2);
        world.look();
        world.broken.add(world.hashOf(2));
        world.settle();
        assertThat(world.router.weights).doesNotContain(25);
        assertThat(world.sizes()).isEqualTo("1:4 2:1");
    }

    @Test
    void abortTakesTheWeightBackAndKeepsPodsForAWhile() {
        world.create(steps("""
                - setWeight: 50
                - pause: {}
                """));
        world.update(2);
        world.patchStatus("{abort: true}");
        world.settle();
        assertThat(world.router.weights).endsWith(50, 0);
        assertThat(world.sizes()).isEqualTo("1:4 2:2");
        assertThat(world.selected("canary")).isEqualTo("1");
        world.advance(Duration.ofSeconds(31));
        assertThat(world.sizes()).isEqualTo("1:4");
        assertThat(world.phase()).startsWith("Degraded: RolloutAborted");
    }

    @Test
    void routesByHeadersAndMirrorsComeAndGo() {
        world.create(steps("""
                - setCanaryScale: {weight: 50}
                - setHeaderRoute: {name: header, match: [{headerName: agent, headerValue: {exact: test}}]}
                - setMirrorRoute: {name: mirror, percentage: 10, match: [{path: {prefix: /}}]}
                - pause: {}
                - setMirrorRoute: {name: mirror}
                - pause: {}
                """));
        world.update(2);
        assertThat(world.sizes()).isEqualTo("1:4 2:2");
        assertThat(world.router.routes).containsExactly("header header", "mirror mirror");
        assertThat(world.router.weights).doesNotContain(50);
        world.patchStatus("{pauseConditions: null}");
        world.settle();
        assertThat(world.router.routes).containsExactly("header header");
        world.patchStatus("{pauseConditions: null}");
        world.settle();
        assertThat(world.router.routes).isEmpty();
        assertThat(world.phase()).isEqualTo("Healthy");
    }

    @Test
    void dynamicStableVersionsShrinkAsTrafficMoves() {
        world.create("""
                canary:
                  canaryService: canary
                  stableService: stable
                  dynamicStableScale: true
                  trafficRouting: {plugins: {test/recording: {}}}
                  steps:
                  - setWeight: 50
                  - pause: {}
                """);
        world.update(2);
        assertThat(world.sizes()).isEqualTo("1:2 2:2");
        world.patchStatus("{abort: true}");
        world.settle();
        assertThat(world.router.weights).endsWith(50, 0);
        assertThat(world.sizes()).isEqualTo("1:4");
    }

    @Test
    void pingAndPongTakeTurns() {
        world.service("ping");
        world.service("pong");
        world.create("""
                canary:
                  pingPong: {pingService: ping, pongService: pong}
                  trafficRouting: {plugins: {test/recording: {}}}
                  steps:
                  - setWeight: 50
                  - pause: {}
                """);
        String first = world.status().canary().stablePingPong();
        assertThat(first).isEqualTo("ping");
        world.update(2);
        assertThat(world.selected("ping")).isEqualTo("1");
        assertThat(world.selected("pong")).isEqualTo("2");
        world.patchStatus("{pauseConditions: null}");
        world.settle();
        assertThat(world.status().canary().stablePingPong()).isEqualTo("pong");
        world.update(3);
        assertThat(world.selected("ping")).isEqualTo("3");
        assertThat(world.selected("pong")).isEqualTo("2");
    }

    @Test
    void experimentsHaveWeightsWhileTheyRun() {
        world.create(steps("""
                - experiment:
                    duration: 10m
                    templates:
                    - {name: old, specRef: stable, weight: 10}
                    - {name: new, specRef: canary, weight: 5}
                - setWeight: 50
                - pause: {}
                """));
        world.update(2);
        assertThat(world.experiments()).hasSize(1);
        Experiment experiment = world.experiments().getFirst();
        assertThat(world.status().canary().currentExperiment()).isEqualTo(experiment.name());
        assertThat(experiment
                        .spec()
                        .templates()
                        .getLast()
                        .template()
                        .spec()
                        .containers()
                        .getFirst()
                        .image())
                .isEqualTo("web:2");
        phase(experiment, """
                phase: Running
                templateStatuses:
                - {name: old, serviceName: old-service, podTemplateHash: a, status: Running,
                   replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1}
                - {name: new, serviceName: new-service, podTemplateHash: b, status: Running,
                   replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1}
                """);
        assertThat(world.router.additional)
                .extracting(d -> d.serviceName() + ":" + d.weight())
                .isEqualTo(List.of("old-service:10", "new-service:5"));
        assertThat(world.status().canary().weights().stable().weight()).isEqualTo(85);
        phase(experiment, "phase: Successful");
        assertThat(world.router.additional).isEmpty();
        assertThat(world.router.weights).endsWith(50);
        assertThat(world.phase()).isEqualTo("Paused: CanaryPauseStep");
    }

    @Test
    void aFailedExperimentAborts() {
        world.create(steps("""
                - experiment:
                    templates: [{name: new, specRef: canary}]
                """));
        world.update(2);
        phase(world.experiments().getFirst(), "{phase: Failed, message: too slow}");
        assertThat(world.phase())
                .isEqualTo("Degraded: RolloutAborted: Rollout aborted update to revision 2:"
                        + " Experiment analysis phase is error/failed: too slow");
    }

    private void phase(Experiment experiment, String status) {
        world.client
                .resource(Experiment.KIND)
                .in(RolloutWorld.NAMESPACE)
                .patch(
                        experiment.name(),
                        Patch.merge(dev.proa.api.value.MapValue.of("status", Yaml.decodeMap(status))));
        world.settle();
    }
}
