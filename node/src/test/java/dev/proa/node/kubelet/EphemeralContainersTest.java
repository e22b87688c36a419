package dev.proa.node.kubelet;

import static dev.proa.node.kubelet.pod.TestPods.RUNNING;
import static dev.proa.node.kubelet.pod.TestPods.exited;
import static dev.proa.node.kubelet.pod.TestPods.seen;
import static dev.proa.node.kubelet.pod.TestPods.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodStatus;
import dev.proa.node.kubelet.pod.Observed;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.kubelet.probe.ProbeResults;
import dev.proa.node.kubelet.status.PodStatuses;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Containers that are added to a running pod to look into it (KEP-277). */
class EphemeralContainersTest {
    private static final Pod POD = TestPods.of("""
            {"restartPolicy": "Always",
             "initContainers": [{"name": "init", "image": "i"}],
             "containers": [{"name": "main", "image": "i"}],
             "ephemeralContainers": [{"name": "debugger", "image": "busybox", "stdin": true, "tty": true}]}
            """);
    private static final ProbeResults WELL = new ProbeResults() {
        @Override
        public boolean started(String containerId) {
            return true;
        }

        @Override
        public boolean ready(String containerId) {
            return true;
        }

        @Override
        public String failure(String containerId) {
            return "";
        }
    };
    private static final PodPlan.RestartTimes AT_ONCE = new PodPlan.RestartTimes() {
        @Override
        public Instant restartAt(String containerName, Instant finishedAt) {
            return finishedAt;
        }

        @Override
        public Instant notBefore(String containerName) {
            return Instant.MIN;
        }
    };

    private static List<String> started(Observed observed) {
        return PodPlan.of(POD, observed, WELL, AT_ONCE, name -> null, TestPods.NOW).actions().stream()
                .filter(PodPlan.Action.StartContainer.class::isInstance)
                .map(action ->
                        ((PodPlan.Action.StartContainer) action).container().name())
                .toList();
    }

    private static PodStatus now(Observed observed) {
        return new PodStatuses(
                        POD, observed, WELL, Map.of(), new PodStatuses.Node("10.0.0.1", "test", id -> ""), TestPods.NOW)
                .status(false, null);
    }

    @Test
    void startAtOnceAndOnlyOnce() {
        assertThat(started(seen(POD, status("init", RUNNING)))).containsExactly("debugger");
        assertThat(started(seen(POD, status("init", exited(0)), status("main", RUNNING))))
                .containsExactly("debugger");
        assertThat(started(seen(POD, status("init", exited(0)), status("main", RUNNING), status("debugger", RUNNING))))
                .isEmpty();
        assertThat(started(
                        seen(POD, status("init", exited(0)), status("main", RUNNING), status("debugger", exited(1)))))
                .isEmpty();
    }

    @Test
    void haveStatusesThatSayNothingOfThePod() {
        PodStatus status =
                now(seen(POD, status("init", exited(0)), status("main", RUNNING), status("debugger", exited(3))));

        assertThat(status.phase()).isEqualTo("Running");
        assertThat(status.ephemeralContainerStatuses()).singleElement().satisfies(debugger -> {
            assertThat(debugger.name()).isEqualTo("debugger");
            assertThat(debugger.state().terminated().exitCode()).isEqualTo(3);
            assertThat(debugger.ready()).isFalse();
            assertThat(debugger.value().has("started")).isFalse();
        });
        assertThat(status.containerStatuses())
                .extracting(ContainerStatus::ready)
                .containsExactly(true);
        assertThat(now(seen(POD, status("init", exited(0)), status("main", RUNNING)))
                        .ephemeralContainerStatuses()
                        .getFirst()
                        .state()
                        .hasWaiting())
                .isTrue();
    }
}
