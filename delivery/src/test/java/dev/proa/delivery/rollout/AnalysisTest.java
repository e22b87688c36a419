package dev.proa.delivery.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.Argument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Updates that analyses decide about. */
class AnalysisTest {
    private RolloutWorld world;

    @BeforeEach
    void start() throws InterruptedException {
        world = new RolloutWorld();
        world.template("success");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private static final String INLINE = """
            canary:
              steps:
              - setWeight: 25
              - analysis:
                  templates: [{templateName: success}]
                  args:
                  - name: hash
                    valueFrom: {podTemplateHashValue: Latest}
              - setWeight: 50
              - pause: {}
            """;

    @Test
    void aSuccessfulStepGoesOn() {
        world.create(INLINE);
        world.update(2);
        assertThat(world.runs()).hasSize(1);
        AnalysisRun run = world.runs().getFirst();
        assertThat(run.name()).isEqualTo("web-" + world.hashOf(2) + "-2-1");
        assertThat(run.labels()).containsEntry("rollout-type", "Step").containsEntry("step-index", "1");
        assertThat(run.spec().args()).extracting(Argument::text).containsExactly(world.hashOf(2));
        world.endRuns("Successful");
        assertThat(world.phase()).isEqualTo("Paused: CanaryPauseStep");
        assertThat(world.sizes()).isEqualTo("1:2 2:2");
    }

    @Test
    void aFailedStepAbortsAndARetryMeasuresAgain() throws InterruptedException {
        world.create(INLINE);
        world.update(2);
        world.endRuns("Failed");
        assertThat(world.phase())
                .isEqualTo("Degraded: RolloutAborted: Rollout aborted update to revision 2:"
                        + " Step-based analysis phase error/failed");
        assertThat(world.sizes()).isEqualTo("1:4");
        world.awaitEvent("AnalysisRunFailed", "Step Analysis Run 'web-");
        world.patchStatus("{abort: false}");
        world.settle();
        assertThat(world.runs()).hasSize(2);
        world.endRuns("Successful");
        assertThat(world.phase()).isEqualTo("Paused: CanaryPauseStep");
    }

    @Test
    void anInconclusiveStepWaitsForAUser() {
        world.create(INLINE);
        world.update(2);
        world.endRuns("Inconclusive");
        assertThat(world.phase()).isEqualTo("Paused: InconclusiveAnalysisRun");
        world.patchStatus("{pauseConditions: null}");
        world.settle();
        assertThat(world.runs()).hasSize(2);
        world.endRuns("Successful");
        assertThat(world.sizes()).isEqualTo("1:2 2:2");
    }

    @Test
    void aBackgroundAnalysisBeginsAtItsStepAndEndsWithTheUpdate() {
        world.create("""
                canary:
                  analysis:
                    templates: [{templateName: success}]
                    startingStep: 2
                  steps:
                  - setWeight: 25
                  - pause: {}
                  - setWeight: 50
                  - pause: {}
                """);
        world.update(2);
        assertThat(world.runs()).isEmpty();
        world.patchStatus("{pauseConditions: null}");
        world.settle();
        assertThat(world.runs()).hasSize(1);
        assertThat(world.runs().getFirst().labels()).containsEntry("rollout-type", "Background");
        assertThat(world.status().canary().currentBackgroundAnalysisRunStatus().name())
                .isEqualTo(world.runs().getFirst().name());
        world.patchStatus("{pauseConditions: null}");
        world.settle();
        assertThat(world.phase()).isEqualTo("Healthy");
        assertThat(world.runs().getFirst().spec().terminate()).isTrue();
    }

    @Test
    void aFailedBackgroundAnalysisAborts() {
        world.create("""
                canary:
                  analysis: {templates: [{templateName: success}]}
                  steps:
                  - setWeight: 25
                  - pause: {}
                """);
        world.update(2);
        world.endRuns("Error");
        assertThat(world.phase())
                .isEqualTo("Degraded: RolloutAborted: Rollout aborted update to revision 2:"
                        + " Background analysis phase error/failed");
        assertThat(world.sizes()).isEqualTo("1:4");
    }

    @Test
    void saysWhichTemplateIsMissing() {
        world.create("""
                canary:
                  steps:
                  - analysis: {templates: [{templateName: absent}]}
                """);
        assertThat(world.phase()).contains("InvalidSpec", "AnalysisTemplate 'absent' not found");
    }

    @Test
    void keepsAsManyFinishedRunsAsItIsTold() {
        world.create(INLINE);
        world.patch("{spec: {analysis: {successfulRunHistoryLimit: 1, unsuccessfulRunHistoryLimit: 0}}}");
        for (int version = 2; version <= 4; version++) {
            world.update(version);
            world.endRuns("Successful");
            world.patchStatus("{pauseConditions: null}");
            world.settle();
        }
        assertThat(world.phase()).isEqualTo("Healthy");
        assertThat(world.runs()).hasSize(1);
    }
}
