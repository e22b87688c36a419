package dev.proa.node.kubelet.status;

import static dev.proa.node.kubelet.pod.TestPods.RUNNING;
import static dev.proa.node.kubelet.pod.TestPods.exited;
import static dev.proa.node.kubelet.pod.TestPods.seen;
import static dev.proa.node.kubelet.pod.TestPods.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodCondition;
import dev.proa.api.core.v1.PodStatus;
import dev.proa.node.kubelet.pod.Observed;
import dev.proa.node.kubelet.pod.TestPods;
import dev.proa.node.kubelet.probe.ProbeResults;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodStatusesTest {
    private static final String TWO =
            "{\"restartPolicy\": \"%s\", \"containers\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}";
    private static final Pod STAGED = TestPods.of("""
            {"restartPolicy": "Always",
             "initContainers": [{"name": "sidecar", "restartPolicy": "Always"}, {"name": "init"}],
             "containers": [{"name": "main"}]}
            """);

    private final Set<String> unstarted = new java.util.HashSet<>();
    private final Set<String> unready = new java.util.HashSet<>();
    private Map<String, PodStatuses.Waiting> waiting = Map.of();

    @ParameterizedTest
    @CsvSource({
        "Always,    run,  run,  false, Running",
        "Always,    run,  none, false, Pending",
        "Always,    run,  0,    false, Running",
        "Always,    1,    0,    false, Running",
        "OnFailure, 0,    1,    false, Running",
        "OnFailure, 0,    0,    true,  Succeeded",
        "Never,     0,    0,    true,  Succeeded",
        "Never,     0,    3,    true,  Failed",
        "Never,     run,  3,    false, Running",
        "Never,     0,    none, true,  Failed",
        "Always,    none, none, false, Pending",
    })
    void hasPhaseByItsContainers(String policy, String a, String b, boolean finished, String phase) {
        Pod pod = TestPods.of(TWO.formatted(policy));
        List<dev.proa.node.cri.ContainerStatus> containers = new java.util.ArrayList<>();
        Map.of("a", a, "b", b).forEach((name, state) -> {
            if (!state.equals("none")) {
                containers.add(status(name, state.equals("run") ? RUNNING : exited(Integer.parseInt(state))));
            }
        });

        assertThat(make(pod, seen(pod, containers.toArray(dev.proa.node.cri.ContainerStatus[]::new)))
                        .status(finished, null)
                        .phase())
                .isEqualTo(phase);
    }

    @Test
    void tellsWhoAContainerIs() {
        Pod pod = TestPods.of("{\"containers\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}");
        var a = status("a", RUNNING);
        var known = new dev.proa.node.cri.ContainerStatus(
                a.id(),
                a.sandboxId(),
                a.config(),
                a.state(),
                a.createdAt(),
                a.imageId(),
                a.logPath(),
                new dev.proa.node.cri.ContainerStatus.User(1000, 3000, List.of(3000L, 4000L)));
        PodStatus now = now(pod, known, status("b", RUNNING));

        assertThat(Json.toString(now.containerStatuses().getFirst().user().value()))
                .isEqualTo("{\"linux\":{\"gid\":3000,\"supplementalGroups\":[3000,4000],\"uid\":1000}}");
        assertThat(now.containerStatuses().get(1).hasUser()).isFalse();
    }

    @Test
    void isPendingWhileItInitializes() {
        PodStatus now = now(STAGED, status("sidecar", RUNNING), status("init", RUNNING));

        assertThat(now.phase()).isEqualTo("Pending");
        assertThat(condition(now, "Initialized").status()).isEqualTo("False");
        assertThat(condition(now, "Initialized").reason()).isEqualTo("ContainersNotInitialized");
    }

    @Test
    void doesNotCountStartedSidecarsAsIncomplete() {
        PodStatus now = now(STAGED, status("sidecar", RUNNING), status("init", RUNNING));

        assertThat(condition(now, "Initialized").message()).isEqualTo("containers with incomplete status: [init]");
    }

    @Test
    void countsSidecarsThatStartOrEndedAsIncomplete() {
        unstarted.add("id-sidecar");
        assertThat(condition(now(STAGED, status("sidecar", RUNNING)), "Initialized")
                        .message())
                .isEqualTo("containers with incomplete status: [sidecar init]");

        PodStatus ended = now(STAGED, status("sidecar", exited(1)), status("init", exited(0)));
        assertThat(condition(ended, "Initialized").message()).isEqualTo("containers with incomplete status: [sidecar]");
        assertThat(ended.phase()).isEqualTo("Pending");
    }

    @Test
    void staysInitializedWhileItsSidecarRestarts() {
        PodStatus now = now(STAGED, status("sidecar", exited(1)), status("init", exited(0)), status("main", RUNNING));

        assertThat(now.phase()).isEqualTo("Running");
        assertThat(condition(now, "Initialized").status()).isEqualTo("True");
        assertThat(condition(now, "ContainersReady").message()).isEqualTo("containers with unready status: [sidecar]");
    }

    @Test
    void failedInitContainerFailsFinishedPod() {
        Pod pod = TestPods.of(
                "{\"restartPolicy\": \"Never\", \"initContainers\": [{\"name\": \"init\"}], \"containers\": [{\"name\": \"main\"}]}");
        PodStatus now = make(pod, seen(pod, status("init", exited(7)))).status(true, null);

        assertThat(now.phase()).isEqualTo("Failed");
        assertThat(now.containerStatuses().getFirst().state().waiting().reason())
                .isEqualTo("PodInitializing");
        assertThat(condition(now, "Ready").reason()).isEqualTo("PodFailed");
    }

    @Test
    void tellsWhichContainersAreNotReady() {
        Pod pod = TestPods.of(TWO.formatted("Always"));
        unready.add("id-b");
        PodStatus now = now(pod, status("a", RUNNING), status("b", RUNNING));

        assertThat(condition(now, "Ready").status()).isEqualTo("False");
        assertThat(condition(now, "Ready").reason()).isEqualTo("ContainersNotReady");
        assertThat(condition(now, "Ready").message()).isEqualTo("containers with unready status: [b]");
    }

    @Test
    void waitsForReadinessGates() {
        String spec = "{\"readinessGates\": [{\"conditionType\": \"x/a\"}, {\"conditionType\": \"x/b\"}],"
                + "\"containers\": [{\"name\": \"main\"}]}";
        Pod pod = TestPods.of(spec, "{\"conditions\": [{\"type\": \"x/b\", \"status\": \"False\"}]}");
        PodStatus closed = now(pod, status("main", RUNNING));
        assertThat(condition(closed, "Ready").reason()).isEqualTo("ReadinessGatesNotReady");
        assertThat(condition(closed, "Ready").message())
                .isEqualTo("corresponding condition of pod readiness gate \"x/a\" does not exist., "
                        + "the status of pod readiness gate \"x/b\" is not \"True\", but False");
        assertThat(condition(closed, "ContainersReady").status()).isEqualTo("True");

        Pod open = TestPods.of(
                spec,
                "{\"conditions\": [{\"type\": \"x/b\", \"status\": \"True\"}, {\"type\": \"x/a\", \"status\": \"True\"}]}");
        assertThat(condition(now(open, status("main", RUNNING)), "Ready").status())
                .isEqualTo("True");
    }

    @Test
    void showsCrashLoopWithWhatEndedBefore() {
        Pod pod = TestPods.of(TWO.formatted("Always"));
        waiting = Map.of("a", new PodStatuses.Waiting("CrashLoopBackOff", "back-off 10s"));
        PodStatus now = now(pod, status("a", 1, exited(3)), status("a", exited(2)), status("b", RUNNING));
        ContainerStatus a = now.containerStatuses().getFirst();

        assertThat(a.restartCount()).isEqualTo(1);
        assertThat(a.state().waiting().reason()).isEqualTo("CrashLoopBackOff");
        assertThat(a.lastState().terminated().exitCode()).isEqualTo(3);
        assertThat(a.ready()).isFalse();
        assertThat(now.phase()).isEqualTo("Running");
    }

    @ParameterizedTest
    @CsvSource({"Never, true", "OnFailure, false", "Always, false"})
    void whatCannotBeStartedHasEndedWhereNothingIsRestarted(String policy, boolean ended) {
        Pod pod = TestPods.of(TWO.formatted(policy));
        waiting = Map.of("a", new PodStatuses.Waiting("RunContainerError", "no such file"));
        var never = new dev.proa.node.cri.ContainerStatus.State.Exited(
                null, TestPods.NOW, 128, "StartError", "no such file");
        ContainerStatus a = now(pod, status("a", never), status("b", RUNNING))
                .containerStatuses()
                .getFirst();

        assertThat(a.state().hasTerminated()).isEqualTo(ended);
        var terminated = ended ? a.state().terminated() : a.lastState().terminated();
        assertThat(terminated.exitCode()).isEqualTo(128);
        assertThat(terminated.reason()).isEqualTo("StartError");
        assertThat(terminated.message()).isEqualTo("no such file");
        assertThat(terminated.startedAt()).isEqualTo(java.time.Instant.EPOCH);
    }

    @Test
    void keepsWhatIsKnownOfPodThatHasEnded() {
        Pod pod = TestPods.of(TWO.formatted("Always"), """
                {"phase": "Failed", "reason": "Evicted", "containerStatuses": [
                  {"name": "a", "state": {"terminated": {"exitCode": 4}}},
                  {"name": "b", "state": {"running": {}}, "ready": true}]}
                """);
        PodStatus now = make(pod, Observed.NOTHING).status(true, null);

        assertThat(now.phase()).isEqualTo("Failed");
        assertThat(now.reason()).isEqualTo("Evicted");
        assertThat(now.containerStatuses().getFirst().state().terminated().exitCode())
                .isEqualTo(4);
        assertThat(now.containerStatuses().getLast().state().terminated().reason())
                .isEqualTo("ContainerStatusUnknown");
        assertThat(now.containerStatuses().getLast().ready()).isFalse();
    }

    @Test
    void leavesConditionsOfOthersAndTheirTimes() {
        Pod pod = TestPods.of(TWO.formatted("Always"), """
                {"conditions": [{"type": "mine", "status": "True"},
                  {"type": "Ready", "status": "True", "lastTransitionTime": "2025-01-01T00:00:00Z"}]}
                """);
        PodStatus now = now(pod, status("a", RUNNING), status("b", RUNNING));

        assertThat(condition(now, "mine").status()).isEqualTo("True");
        assertThat(condition(now, "Ready").lastTransitionTime()).isEqualTo("2025-01-01T00:00:00Z");
        assertThat(now.podIP()).isEqualTo("10.244.0.7");
        assertThat(now.hostIP()).isEqualTo("10.0.0.1");
    }

    @Test
    void saysOfEachConditionOfItsOwnWhichGenerationItIsOf() {
        Pod pod = TestPods.of(TWO.formatted("Always"), """
                {"conditions": [{"type": "mine", "status": "True"},
                  {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2025-01-01T00:00:00Z"}]}
                """);
        PodStatus now = now(pod, status("a", RUNNING), status("b", RUNNING));

        assertThat(now.conditions())
                .filteredOn(condition -> !condition.type().equals("mine"))
                .extracting(PodCondition::type, PodCondition::observedGeneration)
                .containsExactlyInAnyOrder(
                        tuple("PodScheduled", 1L),
                        tuple("PodReadyToStartContainers", 1L),
                        tuple("Initialized", 1L),
                        tuple("ContainersReady", 1L),
                        tuple("Ready", 1L));
        assertThat(condition(now, "mine").has("observedGeneration")).isFalse();
        assertThat(condition(now, "PodScheduled").lastTransitionTime()).isEqualTo("2025-01-01T00:00:00Z");
    }

    @Test
    void showsTerminationMessageOfEndedContainer() {
        Pod pod = TestPods.of(TWO.formatted("Never"));
        PodStatus now = now(pod, status("a", exited(3)), status("b", RUNNING));

        assertThat(now.containerStatuses().getFirst().state().terminated().message())
                .isEqualTo("message of id-a");
        assertThat(now.containerStatuses().getFirst().state().terminated().reason())
                .isEqualTo("Error");
    }

    private PodStatus now(Pod pod, dev.proa.node.cri.ContainerStatus... containers) {
        return make(pod, seen(pod, containers)).status(false, null);
    }

    private PodStatuses make(Pod pod, Observed seen) {
        ProbeResults health = new ProbeResults() {
            @Override
            public boolean started(String containerId) {
                return !unstarted.contains(containerId);
            }

            @Override
            public boolean ready(String containerId) {
                return !unready.contains(containerId);
            }

            @Override
            public String failure(String containerId) {
                return "";
            }
        };
        return new PodStatuses(
                pod,
                seen,
                health,
                waiting,
                new PodStatuses.Node("10.0.0.1", "proa-sandbox", id -> "message of " + id),
                TestPods.NOW);
    }

    private static PodCondition condition(PodStatus status, String type) {
        return status.conditions().stream()
                .filter(condition -> condition.type().equals(type))
                .findFirst()
                .orElseThrow();
    }
}
