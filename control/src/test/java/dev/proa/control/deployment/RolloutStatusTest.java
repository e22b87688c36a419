package dev.proa.control.deployment;

import static dev.proa.control.deployment.RollingUpdateTest.deployment;
import static dev.proa.control.deployment.RollingUpdateTest.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.DeploymentStatus;
import dev.proa.api.value.IntOrString;
import dev.proa.api.value.MapValue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RolloutStatusTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Deployment web =
            deployment(3, IntOrString.of(1), IntOrString.of(0)).withSpec(spec -> spec.withProgressDeadlineSeconds(60));

    private static MapValue progressing(DeploymentStatus status) {
        MapValue condition = RolloutStatus.progressing(status);
        assertThat(condition).isNotNull();
        return condition;
    }

    @Test
    void tellsProgressThenThatItIsStuck() {
        Rollout started = new Rollout(web, set("new", 1, 0), List.of(set("old", 3, 3)));
        DeploymentStatus status = RolloutStatus.rolling(started, START);
        assertThat(progressing(status).string("reason")).isEqualTo("ReplicaSetUpdated");
        assertThat(progressing(status).string("message")).isEqualTo("ReplicaSet \"new\" is progressing.");
        assertThat(status.replicas()).isEqualTo(4);
        assertThat(status.updatedReplicas()).isEqualTo(1);
        assertThat(status.unavailableReplicas()).isEqualTo(1);

        Rollout waiting = started.with(web.withStatus(status));
        assertThat(RolloutStatus.untilDeadline(waiting.deployment(), status, START.plusSeconds(20)))
                .isEqualTo(Duration.ofSeconds(41));
        assertThat(RolloutStatus.rolling(waiting, START.plusSeconds(60))).isEqualTo(status);
        DeploymentStatus stuck = RolloutStatus.rolling(waiting, START.plusSeconds(61));
        assertThat(progressing(stuck).string("reason")).isEqualTo("ProgressDeadlineExceeded");
        assertThat(progressing(stuck).string("status")).isEqualTo("False");
        assertThat(progressing(stuck).string("message")).isEqualTo("ReplicaSet \"new\" has timed out progressing.");
    }

    @Test
    void tellsThatItIsDone() {
        Rollout done = new Rollout(web, set("new", 3, 3), List.of(set("old", 0, 0)));
        DeploymentStatus status = RolloutStatus.rolling(done, START);
        assertThat(progressing(status).string("reason")).isEqualTo("NewReplicaSetAvailable");
        assertThat(progressing(status).string("message")).isEqualTo("ReplicaSet \"new\" has successfully progressed.");
        assertThat(RolloutStatus.untilDeadline(web.withStatus(status), status, START))
                .isNull();
    }

    @Test
    void keepsTheTimeOfTransitionWhileTheStatusStays() {
        Rollout one = new Rollout(web, set("new", 1, 0), List.of(set("old", 3, 3)));
        DeploymentStatus first = RolloutStatus.rolling(one, START);
        Rollout two = new Rollout(web.withStatus(first), set("new", 2, 1), List.of(set("old", 2, 2)));
        DeploymentStatus second = RolloutStatus.rolling(two, START.plusSeconds(30));
        assertThat(progressing(second).string("lastTransitionTime")).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(progressing(second).string("lastUpdateTime")).isEqualTo("2026-01-01T00:00:30Z");
    }
}
