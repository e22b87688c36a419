package dev.proa.delivery.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Blue-green updates. */
class BlueGreenTest {
    private RolloutWorld world;

    @BeforeEach
    void start() throws InterruptedException {
        world = new RolloutWorld();
        world.service("active");
        world.service("preview");
        world.template("success");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private static String blueGreen(String more) {
        return "blueGreen:\n  activeService: active\n  previewService: preview\n" + more.indent(2);
    }

    @Test
    void switchesByItselfAndKeepsTheOldVersionForAWhile() throws InterruptedException {
        world.create(blueGreen(""));
        assertThat(world.phase()).isEqualTo("Healthy");
        assertThat(world.selected("active")).isEqualTo("1");
        world.update(2);
        assertThat(world.phase()).isEqualTo("Healthy");
        assertThat(world.selected("active")).isEqualTo("2");
        assertThat(world.selected("preview")).isEqualTo("2");
        assertThat(world.sizes()).isEqualTo("1:4 2:4");
        world.awaitEvent("SwitchService", "Switched selector for service 'active'");
        world.advance(Duration.ofSeconds(31));
        assertThat(world.sizes()).isEqualTo("2:4");
    }

    @Test
    void waitsForAUserWithoutAutoPromotion() {
        world.create(blueGreen("autoPromotionEnabled: false"));
        world.update(2);
        assertThat(world.phase()).isEqualTo("Paused: BlueGreenPause");
        assertThat(world.selected("active")).isEqualTo("1");
        assertThat(world.selected("preview")).isEqualTo("2");
        world.patchStatus("{pauseConditions: null}");
        world.settle();
        assertThat(world.phase()).isEqualTo("Healthy");
        assertThat(world.selected("active")).isEqualTo("2");
    }

    @Test
    void waitsAsLongAsItIsTold() {
        world.create(blueGreen("autoPromotionSeconds: 20"));
        world.update(2);
        assertThat(world.phase()).isEqualTo("Paused: BlueGreenPause");
        world.advance(Duration.ofSeconds(15));
        assertThat(world.selected("active")).isEqualTo("1");
        world.advance(Duration.ofSeconds(10));
        assertThat(world.selected("active")).isEqualTo("2");
        assertThat(world.phase()).isEqualTo("Healthy");
    }

    @Test
    void previewsWithFewPods() {
        world.create(blueGreen("autoPromotionEnabled: false\npreviewReplicaCount: 1"));
        world.update(2);
        assertThat(world.sizes()).isEqualTo("1:4 2:1");
        assertThat(world.phase()).isEqualTo("Paused: BlueGreenPause");
        world.patchStatus("{pauseConditions: null}");
        world.settle();
        assertThat(world.sizes()).isEqualTo("1:4 2:4");
        assertThat(world.selected("active")).isEqualTo("2");
        assertThat(world.phase()).isEqualTo("Healthy");
    }

    @Test
    void abortBeforeTheSwitchLeavesTheServiceAlone() {
        world.create(blueGreen("autoPromotionEnabled: false"));
        world.update(2);
        world.patchStatus("{abort: true}");
        world.settle();
        assertThat(world.phase()).startsWith("Degraded: RolloutAborted");
        assertThat(world.selected("active")).isEqualTo("1");
        world.advance(Duration.ofSeconds(31));
        assertThat(world.sizes()).isEqualTo("1:4");
    }

    @Test
    void analysesBeforeAndAfterTheSwitch() {
        world.create(blueGreen("""
                prePromotionAnalysis: {templates: [{templateName: success}]}
                postPromotionAnalysis: {templates: [{templateName: success}]}
                """));
        world.update(2);
        assertThat(world.runs()).hasSize(1);
        assertThat(world.runs().getFirst().name()).endsWith("-2-pre");
        assertThat(world.selected("active")).isEqualTo("1");
        world.endRuns("Successful");
        assertThat(world.selected("active")).isEqualTo("2");
        assertThat(world.runs()).hasSize(2);
        assertThat(world.phase()).isEqualTo("Progressing: waiting for analysis to complete");
        assertThat(world.status().stableRS()).isEqualTo(world.hashOf(1));
        world.endRuns("Successful");
        assertThat(world.phase()).isEqualTo("Healthy");
    }

    @Test
    void aFailedAnalysisAfterTheSwitchSwitchesBack() {
        world.create(blueGreen("postPromotionAnalysis: {templates: [{templateName: success}]}"));
        world.update(2);
        assertThat(world.selected("active")).isEqualTo("2");
        world.endRuns("Failed");
        assertThat(world.selected("active")).isEqualTo("1");
        assertThat(world.phase())
                .isEqualTo("Degraded: RolloutAborted: Rollout aborted update to revision 2:"
                        + " Blue/green post-promotion analysis phase error/failed");
    }

    @Test
    void goesBackAtOnceWhileTheOldVersionHasItsPods() {
        world.create(blueGreen("autoPromotionEnabled: false"));
        world.clock.advance(Duration.ofSeconds(2));
        world.update(2);
        world.patchStatus("{pauseConditions: null}");
        world.settle();
        world.update(1);
        assertThat(world.selected("active")).isEqualTo("1");
        assertThat(world.phase()).isEqualTo("Healthy");
    }
}
