package dev.proa.node.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.kubelet.pod.ContainerLabels;
import dev.proa.node.kubelet.pod.KubeletNode;
import dev.proa.node.kubelet.pod.Observed;
import dev.proa.node.kubelet.pod.PodSpecs;
import dev.proa.node.kubelet.probe.ProbeResults;
import dev.proa.node.kubelet.sandbox.SandboxConfigs;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodPlanTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final State RUNNING = new State.Running(NOW, 7);
    private static final Path LOGS = Path.of("logs");

    private Instant restartAt = NOW;

    @Test
    void firstMakesTheSandbox() {
        assertThat(plan(pod("Always"), Observed.NOTHING).actions())
                .containsExactly(new PodPlan.Action.CreateSandbox(0));
    }

    @Test
    void replacesDeadSandbox() {
        Pod pod = pod("Always");
        assertThat(plan(pod, new Observed(sandbox(pod, "s", 2, false), List.of()))
                        .actions())
                .containsExactly(new PodPlan.Action.StopSandbox("s"), new PodPlan.Action.CreateSandbox(3));
    }

    @Test
    void runsInitContainersInOrderAndThenTheOthers() {
        Pod pod = pod("Always");
        assertThat(started(plan(pod, seen(pod)))).containsExactly("sidecar-0");
        assertThat(started(plan(pod, seen(pod, status(pod, "sidecar", RUNNING)))))
                .containsExactly("init-0");
        assertThat(started(plan(pod, seen(pod, status(pod, "sidecar", RUNNING), status(pod, "init", exited(0))))))
                .containsExactly("a-0", "b-0");
    }

    @Test
    void waitsForBackOff() {
        restartAt = NOW.plusSeconds(10);
        Pod pod = pod("Always");
        PodPlan plan = plan(pod, ready(pod, status(pod, "a", exited(1)), status(pod, "b", RUNNING)));
        assertThat(plan.actions()).isEmpty();
        assertThat(plan.wakeAt()).isEqualTo(restartAt);
        assertThat(plan.finished()).isFalse();
    }

    @Test
    void restartsByPolicy() {
        for (String policy : List.of("Always", "OnFailure", "Never")) {
            Pod pod = pod(policy);
            assertThat(started(plan(pod, ready(pod, status(pod, "a", exited(1)), status(pod, "b", RUNNING)))))
                    .as(policy)
                    .isEqualTo(policy.equals("Never") ? List.of() : List.of("a-1"));
            assertThat(started(plan(pod, ready(pod, status(pod, "a", exited(0)), status(pod, "b", RUNNING)))))
                    .as(policy)
                    .isEqualTo(policy.equals("Always") ? List.of("a-1") : List.of());
        }
    }

    @Test
    void succeededContainerDoesNotRunAgainInAnotherSandbox() {
        Pod pod = pod("OnFailure");
        Observed seen = new Observed(
                sandbox(pod, "s2", 1, true),
                List.of(
                        status(pod, "a", exited(0)),
                        status(pod, "b", exited(137)),
                        in("s2", status(pod, "sidecar", RUNNING)),
                        in("s2", status(pod, "init", exited(0)))));
        assertThat(started(plan(pod, seen))).containsExactly("b-1");
    }

    @Test
    void finishedPodLosesSidecarAndSandbox() {
        Pod pod = pod("Never");
        PodPlan plan = plan(pod, ready(pod, status(pod, "a", exited(0)), status(pod, "b", exited(3))));
        assertThat(plan.finished()).isTrue();
        assertThat(plan.actions()).hasSize(2);
        assertThat(plan.actions().getFirst()).isInstanceOf(PodPlan.Action.KillContainer.class);
        assertThat(plan.actions().getLast()).isEqualTo(new PodPlan.Action.StopSandbox("s"));
    }

    @Test
    void failedInitContainerEndsPodThatNeverRestarts() {
        Pod pod = pod("Never");
        assertThat(plan(pod, seen(pod, status(pod, "init", exited(1)))).finished())
                .isTrue();
    }

    @Test
    void killsContainerWhoseLivenessProbeFails() {
        Pod pod = pod("Always");
        ProbeResults sick = new ProbeResults() {
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
                return containerId.equals("id-a") ? "it is ill" : "";
            }
        };
        Observed seen = ready(pod, status(pod, "a", RUNNING), status(pod, "b", RUNNING));
        assertThat(PodPlan.of(pod, seen, sick, times(), name -> null, NOW).actions())
                .containsExactly(new PodPlan.Action.KillContainer(
                        pod.spec().containers().getFirst(), "id-a", "it is ill, will be restarted"));
        Pod once = pod("Never");
        assertThat(PodPlan.of(once, seen, sick, times(), name -> null, NOW).actions())
                .containsExactly(new PodPlan.Action.KillContainer(
                        once.spec().containers().getFirst(), "id-a", "it is ill"));
    }

    @Test
    void podThatNeverRestartsGetsNoSecondSandbox() {
        Pod pod = pod("Never");
        Observed ran = new Observed(sandbox(pod, "s", 0, false), List.of(status(pod, "a", exited(137))));
        assertThat(plan(pod, ran)).isEqualTo(new PodPlan(List.of(), null, true));

        Observed neverRan = new Observed(sandbox(pod, "s", 0, false), List.of());
        assertThat(plan(pod, neverRan).actions())
                .containsExactly(new PodPlan.Action.StopSandbox("s"), new PodPlan.Action.CreateSandbox(1));
    }

    @Test
    void runsNothingOfPodThatHasEnded() {
        Pod failed = new Pod(pod("Always").value().with("status", Json.decodeMap("{\"phase\": \"Failed\"}")));
        assertThat(plan(failed, Observed.NOTHING)).isEqualTo(new PodPlan(List.of(), null, true));
        assertThat(plan(failed, ready(failed, status(failed, "a", exited(0)), status(failed, "b", exited(0)))))
                .returns(true, PodPlan::finished)
                .satisfies(plan -> assertThat(started(plan)).isEmpty());
    }

    @Test
    void restartsByRulesOfTheContainer() {
        Pod pod = pod("Never");
        Container picky = new Container(Json.decodeMap("""
                {"name": "a", "image": "i", "restartPolicy": "Never", "restartPolicyRules": [
                  {"action": "Restart", "exitCodes": {"operator": "In", "values": [42, 43]}}]}
                """));
        assertThat(PodSpecs.restarts(pod, picky, 42)).isTrue();
        assertThat(PodSpecs.restarts(pod, picky, 1)).isFalse();
        Container other = new Container(Json.decodeMap("""
                {"name": "a", "image": "i", "restartPolicy": "Never", "restartPolicyRules": [
                  {"action": "Restart", "exitCodes": {"operator": "NotIn", "values": [0]}}]}
                """));
        assertThat(PodSpecs.restarts(pod, other, 1)).isTrue();
        assertThat(PodSpecs.restarts(pod, other, 0)).isFalse();
    }

    private PodPlan plan(Pod pod, Observed seen) {
        return PodPlan.of(pod, seen, ProbeResults.GOOD, times(), name -> null, NOW);
    }

    private PodPlan.RestartTimes times() {
        return new PodPlan.RestartTimes() {
            @Override
            public Instant restartAt(String containerName, Instant finishedAt) {
                return restartAt;
            }

            @Override
            public Instant notBefore(String containerName) {
                return Instant.MIN;
            }
        };
    }

    private static List<String> started(PodPlan plan) {
        return plan.actions().stream()
                .filter(PodPlan.Action.StartContainer.class::isInstance)
                .map(PodPlan.Action.StartContainer.class::cast)
                .map(start -> start.container().name() + "-" + start.attempt())
                .toList();
    }

    private static Pod pod(String policy) {
        return new Pod(Json.decodeMap("""
                {"metadata": {"name": "p", "namespace": "n", "uid": "u"},
                 "spec": {"restartPolicy": "%s",
                  "initContainers": [{"name": "sidecar", "image": "i", "restartPolicy": "Always"},
                                     {"name": "init", "image": "i"}],
                  "containers": [{"name": "a", "image": "i"}, {"name": "b", "image": "i"}]}}
                """.formatted(policy)));
    }

    private static PodSandboxStatus sandbox(Pod pod, String id, int attempt, boolean ready) {
        KubeletNode node = new KubeletNode("node", "10.0.0.1", List.of(), "cluster.local", 1, Map.of());
        return new PodSandboxStatus(id, SandboxConfigs.of(pod, attempt, node, LOGS), ready, List.of(), NOW);
    }

    private static Observed seen(Pod pod, ContainerStatus... containers) {
        return new Observed(sandbox(pod, "s", 0, true), List.of(containers));
    }

    /** Two main containers in a pod that is initialized. */
    private static Observed ready(Pod pod, ContainerStatus a, ContainerStatus b) {
        return seen(pod, status(pod, "sidecar", RUNNING), status(pod, "init", exited(0)), a, b);
    }

    private static State exited(int code) {
        return new State.Exited(NOW, NOW, code, code == 0 ? "Completed" : "Error", "");
    }

    private static ContainerStatus in(String sandbox, ContainerStatus status) {
        return new ContainerStatus(
                status.id(), sandbox, status.config(), status.state(), NOW, status.imageId(), status.logPath());
    }

    private static ContainerStatus status(Pod pod, String name, State state) {
        Container container = pod.spec().containers().getFirst(); // all have the same image
        ContainerConfig config = new ContainerConfig(
                name,
                0,
                "i",
                List.of(),
                List.of(),
                "",
                List.of(),
                List.of(),
                Map.of(),
                Map.of(ContainerLabels.HASH, PodSpecs.hash(container)),
                LOGS,
                false,
                false,
                false,
                ContainerRuntime.Resources.UNLIMITED,
                0,
                ContainerConfig.Security.DEFAULT,
                null);
        return new ContainerStatus("id-" + name, "s", config, state, NOW, "sha256:1", LOGS);
    }
}
