package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.kubelet.pod.ContainerLabels;
import dev.proa.node.kubelet.pod.Observed;
import dev.proa.node.kubelet.pod.PodSpecs;
import dev.proa.node.kubelet.probe.ProbeResults;
import dev.proa.node.kubelet.resource.PodResizer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The next actions for a pod: a pure function of the pod and its observed state. Planning and executing until no
 * actions are left brings the pod to its desired state.
 *
 * @param actions in the order they are to be done; those of one plan do not depend on each other's outcome, except that
 *     everything else waits for a sandbox
 * @param wakeAt when to plan again because a back-off ends; null to wait for a change
 * @param finished whether no container of the pod will ever run again
 */
public record PodPlan(List<Action> actions, @Nullable Instant wakeAt, boolean finished) {

    /** Whether the pod gets a new sandbox. */
    boolean createsSandbox() {
        return actions.stream().anyMatch(Action.CreateSandbox.class::isInstance);
    }

    /** An action. */
    sealed interface Action {
        record CreateSandbox(int attempt) implements Action {}

        record StopSandbox(String sandboxId) implements Action {}

        record StartContainer(Container container, int attempt) implements Action {}

        record KillContainer(Container container, String containerId, String message) implements Action {}

        /** Applies the allocated resources to the running containers and to the pod's cgroup. */
        record Resize() implements Action {}
    }

    /** Tells when containers may be restarted. */
    interface RestartTimes {
        /** When a container that ended may be started again. */
        Instant restartAt(String containerName, Instant finishedAt);

        /** When a failed start may be retried; in the past when no start failed. */
        Instant notBefore(String containerName);
    }

    /** @param pod the pod with its allocated resources */
    static PodPlan of(
            Pod pod,
            Observed observed,
            ProbeResults health,
            RestartTimes restarts,
            PodResizer.Actuated actuated,
            Instant now) {
        return new Planner(pod, observed, health, restarts, actuated, now).plan();
    }

    private static final class Planner {
        private final Pod pod;
        private final Observed observed;
        private final ProbeResults health;
        private final RestartTimes restarts;
        private final PodResizer.Actuated actuated;
        private final Instant now;
        private final List<Action> actions = new ArrayList<>();
        private boolean resize;
        private @Nullable Instant wakeAt;

        Planner(
                Pod pod,
                Observed observed,
                ProbeResults health,
                RestartTimes restarts,
                PodResizer.Actuated actuated,
                Instant now) {
            this.pod = pod;
            this.observed = observed;
            this.health = health;
            this.restarts = restarts;
            this.actuated = actuated;
            this.now = now;
        }

        PodPlan plan() {
            if (PodSpecs.isTerminal(pod) || mainContainersDone() || initFailedForGood()) {
                return finish();
            }
            if (!observed.sandboxReady()) {
                var sandbox = observed.sandbox();
                if (sandbox != null
                        && pod.spec().restartPolicy().equals("Never")
                        && !observed.containers().isEmpty()) {
                    return finish(); // its containers must not run a second time
                }
                if (sandbox != null) {
                    actions.add(new Action.StopSandbox(sandbox.id()));
                }
                actions.add(new Action.CreateSandbox(
                        sandbox == null ? 0 : sandbox.config().attempt() + 1));
                return new PodPlan(actions, null, false);
            }
            PodSpecs.ephemeral(pod).stream()
                    .filter(container -> observed.newest(container.name()) == null)
                    .forEach(container -> start(container, 0));
            if (initialize()) {
                pod.spec().containers().stream()
                        .filter(main -> !endedForGood(main))
                        .forEach(this::run);
            }
            if (resize || PodResizer.wholeDiffers(pod, observed)) {
                actions.add(firstStart(), new Action.Resize());
            }
            return new PodPlan(actions, wakeAt, false);
        }

        /** The pod's cgroup must have its allocated limits before the first container starts. */
        private int firstStart() {
            for (int i = 0; i < actions.size(); i++) {
                if (actions.get(i) instanceof Action.StartContainer) {
                    return i;
                }
            }
            return actions.size();
        }

        /** Steps through the init containers; true once the main containers may run. */
        private boolean initialize() {
            boolean mainStarted =
                    pod.spec().containers().stream().anyMatch(main -> observed.current(main.name()) != null);
            for (Container init : pod.spec().initContainers()) {
                if (PodSpecs.isSidecar(init)) {
                    run(init);
                    ContainerStatus status = observed.current(init.name());
                    boolean up =
                            status != null && status.state() instanceof State.Running && health.started(status.id());
                    if (!up && !mainStarted) {
                        return false;
                    }
                } else if (!mainStarted && !succeeded(observed.current(init.name()))) {
                    run(init);
                    return false;
                }
            }
            return true;
        }

        /** Starts a container that should run and does not, and kills one that must not go on. */
        private void run(Container container) {
            ContainerStatus status = observed.newest(container.name());
            if (status == null) {
                start(container, 0);
                return;
            }
            int next = status.config().attempt() + 1;
            if (observed.current(container.name()) == null) {
                start(container, next);
                return;
            }
            switch (status.state()) {
                case State.Created() -> start(container, next);
                case State.Running running -> keep(container, status);
                case State.Exited exited -> {
                    if (!PodSpecs.restarts(pod, container, exited.exitCode())) {
                        return;
                    }
                    Instant at = restarts.restartAt(container.name(), exited.finishedAt());
                    if (at.isAfter(now)) {
                        wakeAt(at);
                    } else {
                        start(container, next);
                    }
                }
            }
        }

        /**
         * Kills a running container that is unhealthy or no longer matches the pod; resizes it when only resources
         * changed.
         */
        private void keep(Container container, ContainerStatus status) {
            String failure = health.failure(status.id());
            if (!failure.isEmpty()) {
                boolean again = !PodSpecs.policy(pod, container).equals("Never");
                actions.add(new Action.KillContainer(
                        container, status.id(), again ? failure + ", will be restarted" : failure));
                return;
            }
            if (!PodSpecs.hash(container).equals(status.config().annotations().get(ContainerLabels.HASH))) {
                replace(container, status, "Container " + container.name() + " definition changed, will be restarted");
                return;
            }
            switch (PodResizer.need(pod, container, actuated)) {
                case NOTHING -> {}
                case UPDATE -> resize = true;
                case RESTART ->
                    replace(container, status, "Container " + container.name() + " resize requires restart");
            }
        }

        /** Restarts a container at once, whatever the restart policy, since the container itself did not fail. */
        private void replace(Container container, ContainerStatus status, String why) {
            actions.add(new Action.KillContainer(container, status.id(), why));
            start(container, status.config().attempt() + 1);
        }

        private void start(Container container, int attempt) {
            Instant at = restarts.notBefore(container.name());
            if (at.isAfter(now)) {
                wakeAt(at);
            } else {
                actions.add(new Action.StartContainer(container, attempt));
            }
        }

        private void wakeAt(Instant at) {
            wakeAt = wakeAt == null || at.isBefore(wakeAt) ? at : wakeAt;
        }

        private boolean mainContainersDone() {
            return pod.spec().containers().stream().allMatch(this::endedForGood);
        }

        /** Whether a container has ended for good, which a new sandbox does not change. */
        private boolean endedForGood(Container container) {
            State.Exited exited = exited(observed.newest(container.name()));
            return exited != null && !PodSpecs.restarts(pod, container, exited.exitCode());
        }

        private boolean initFailedForGood() {
            return pod.spec().initContainers().stream()
                    .anyMatch(init -> !PodSpecs.isSidecar(init)
                            && endedForGood(init)
                            && !succeeded(observed.newest(init.name())));
        }

        private static boolean succeeded(@Nullable ContainerStatus status) {
            State.Exited exited = exited(status);
            return exited != null && exited.exitCode() == 0;
        }

        private static State.@Nullable Exited exited(@Nullable ContainerStatus status) {
            return status != null && status.state() instanceof State.Exited exited ? exited : null;
        }

        /** Nothing will run again: stops the sidecars, the last one first, and then the sandbox. */
        private PodPlan finish() {
            for (Container init : pod.spec().initContainers().reversed()) {
                if (observed.current(init.name()) instanceof ContainerStatus status
                        && status.state() instanceof State.Running) {
                    actions.add(new Action.KillContainer(init, status.id(), "Stopping container " + init.name()));
                }
            }
            var sandbox = observed.sandbox();
            if (sandbox != null && sandbox.ready()) {
                actions.add(new Action.StopSandbox(sandbox.id()));
            }
            return new PodPlan(actions, null, true);
        }
    }
}
