package dev.proa.delivery.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Canary updates without a router: pods are the traffic. */
class CanaryTest {
    private static final String STEPS = """
            canary:
              steps:
              - setWeight: 25
              - pause: {}
              - setWeight: 50
              - pause: {duration: 10}
            """;

    private RolloutWorld world;

    @BeforeEach
    void start() throws InterruptedException {
        world = new RolloutWorld();
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void firstVersionTakesNoSteps() {
        world.create(STEPS);
        assertThat(world.phase()).isEqualTo("Healthy");
        assertThat(world.sizes()).isEqualTo("1:4");
        assertThat(world.status().currentStepIndex()).isEqualTo(4);
        assertThat(world.status().stableRS()).isEqualTo(world.hashOf(1));
    }

    @Test
    void goesThroughSteps() throws InterruptedException {
        world.create(STEPS);
        world.update(2);
        assertThat(world.phase()).isEqualTo("Paused: CanaryPauseStep");
        assertThat(world.sizes()).isEqualTo("1:3 2:1");
        assertThat(world.status().currentStepIndex()).isEqualTo(1);
        assertThat(world.status().controllerPause()).isTrue();
        world.awaitEvent("RolloutPaused", "Rollout is paused (CanaryPauseStep)");

        world.patchStatus("{pauseConditions: null}"); // as promote
        world.settle();
        assertThat(world.sizes()).isEqualTo("1:2 2:2");
        assertThat(world.status().currentStepIndex()).isEqualTo(3);

        world.advance(Duration.ofSeconds(5));
        assertThat(world.status().currentStepIndex()).isEqualTo(3);
        world.advance(Duration.ofSeconds(10));
        assertThat(world.phase()).isEqualTo("Healthy");
        assertThat(world.sizes()).isEqualTo("2:4");
        assertThat(world.status().stableRS()).isEqualTo(world.hashOf(2));
        world.awaitEvent("RolloutCompleted", "Completed all 4 canary steps");
    }

    @Test
    void abortGivesAllPodsBackAndRetryBeginsAnew() {
        world.create(STEPS);
        world.update(2);
        world.patchStatus("{abort: true}");
        world.settle();
        assertThat(world.phase()).isEqualTo("Degraded: RolloutAborted: Rollout aborted update to revision 2");
        assertThat(world.sizes()).isEqualTo("1:4");
        assertThat(world.status().currentStepIndex()).isZero();

        world.patchStatus("{abort: false, currentStepIndex: 0}"); // as retry
        world.settle();
        assertThat(world.phase()).isEqualTo("Paused: CanaryPauseStep");
        assertThat(world.sizes()).isEqualTo("1:3 2:1");
    }

    @Test
    void fullPromotionSkipsTheRest() throws InterruptedException {
        world.create(STEPS);
        world.update(2);
        world.patchStatus("{promoteFull: true, pauseConditions: null}");
        world.settle();
        assertThat(world.phase()).isEqualTo("Healthy");
        assertThat(world.sizes()).isEqualTo("2:4");
        world.awaitEvent("RolloutCompleted", "Full promotion requested");
    }

    @Test
    void goingBackToTheStableVersionSkipsSteps() throws InterruptedException {
        world.create(STEPS);
        world.update(2);
        world.update(1);
        assertThat(world.phase()).isEqualTo("Healthy");
        assertThat(world.sizes()).isEqualTo("1:4");
        world.awaitEvent("SkipSteps", "Rollback to stable ReplicaSets");
    }

    @Test
    void anotherUpdateInBetweenBeginsAtTheFirstStep() {
        world.create(STEPS);
        world.update(2);
        world.update(3);
        assertThat(world.phase()).isEqualTo("Paused: CanaryPauseStep");
        assertThat(world.sizes()).isEqualTo("1:3 3:1");
        assertThat(world.rollout().annotations()).containsEntry("rollout.argoproj.io/revision", "3");
    }

    @Test
    void oldVersionsAreARollbackWithinTheWindow() {
        world.create(STEPS);
        world.patch("{spec: {rollbackWindow: {revisions: 3}}}");
        for (int version = 2; version <= 3; version++) {
            world.clock.advance(Duration.ofSeconds(2));
            world.update(version);
            world.patchStatus("{promoteFull: true, pauseConditions: null}");
            world.settle();
        }
        world.update(1);
        assertThat(world.phase()).isEqualTo("Healthy");
        assertThat(world.sizes()).isEqualTo("1:4");
    }

    @Test
    void aUsersPauseStopsScaling() {
        world.create(STEPS);
        world.patch("{spec: {paused: true}}");
        world.update(2);
        assertThat(world.phase()).isEqualTo("Paused: manually paused");
        assertThat(world.sizes()).isEqualTo("1:4");
        world.patch("{spec: {paused: false}}");
        world.settle();
        assertThat(world.sizes()).isEqualTo("1:3 2:1");
    }

    @Test
    void pausedUpdatesFollowChangesOfSize() {
        world.create(STEPS);
        world.update(2);
        world.patch("{spec: {replicas: 8}}");
        world.settle();
        assertThat(world.sizes()).isEqualTo("1:6 2:2");
        assertThat(world.phase()).isEqualTo("Paused: CanaryPauseStep");
    }

    @Test
    void podsThatDoNotComeMissTheDeadline() {
        world.create(STEPS);
        world.patch("{spec: {progressDeadlineSeconds: 30}}");
        world.image(2);
        world.look();
        world.broken.add(world.hashOf(2));
        world.settle();
        assertThat(world.phase()).startsWith("Progressing");
        world.advance(Duration.ofSeconds(40));
        assertThat(world.phase()).startsWith("Degraded: ProgressDeadlineExceeded: ReplicaSet \"web-");
    }

    @Test
    void aMissedDeadlineMayAbort() {
        world.create(STEPS);
        world.patch("{spec: {progressDeadlineSeconds: 30, progressDeadlineAbort: true}}");
        world.image(2);
        world.look();
        world.broken.add(world.hashOf(2));
        world.settle();
        world.advance(Duration.ofSeconds(40));
        assertThat(world.phase())
                .startsWith("Degraded: RolloutAborted: Rollout aborted update to revision 2: ReplicaSet \"web-");
        assertThat(world.sizes()).isEqualTo("1:4");
    }

    @Test
    void anAbortMayGiveThePodTemplateBack() {
        world.create(STEPS);
        world.patch("{metadata: {annotations: {rollout.proa.dev/restore-on-abort: \"true\"}}}");
        world.update(2);
        world.patchStatus("{abort: true}");
        world.settle();
        assertThat(world.phase()).isEqualTo("Healthy");
        assertThat(world.rollout()
                        .spec()
                        .template()
                        .spec()
                        .containers()
                        .getFirst()
                        .image())
                .isEqualTo("web:1");
        assertThat(world.rollout().annotations())
                .containsEntry("rollout.proa.dev/restored", "Rollout aborted update to revision 2");
    }

    @Test
    void findsTheVersionOfATemplateThatWasTakenFromItsReplicaSet() {
        world.create("{canary: {}}");
        world.update(2);
        var former = new Version(world.sets().stream()
                .filter(set -> RolloutWorld.hash(set).equals(world.hashOf(1)))
                .findFirst()
                .orElseThrow());
        world.rollouts()
                .patch(
                        "web",
                        dev.proa.client.Patch.json(dev.proa.api.value.ListValue.of(dev.proa.api.value.MapValue.of(
                                "op", "replace", "path", "/spec/template", "value", PodTemplates.of(former)))));
        world.settle();
        assertThat(world.sizes()).isEqualTo("1:4");
        assertThat(world.sets()).hasSize(2);
    }

    @Test
    void saysWhatIsWrong() {
        world.create("""
                canary:
                  steps:
                  - setWeight: 120
                """);
        assertThat(world.phase())
                .startsWith(
                        "Degraded: InvalidSpec: The Rollout \"web\" is invalid:"
                                + " spec.strategy.canary.steps[0].setWeight: Invalid value: 120: SetWeight needs to be between 0 and 100");
        world.patch("{spec: {strategy: {canary: {steps: [{setWeight: 20}]}}}}");
        world.settle();
        assertThat(world.phase()).isEqualTo("Healthy");
    }

    @Test
    void keepsAsManyOldVersionsAsItIsTold() {
        world.create("{canary: {}}");
        world.patch("{spec: {revisionHistoryLimit: 1}}");
        for (int version = 2; version <= 4; version++) {
            world.clock.advance(Duration.ofSeconds(2));
            world.update(version);
        }
        assertThat(world.sizes()).isEqualTo("4:4");
        assertThat(world.sets()).hasSize(2);
    }
}
