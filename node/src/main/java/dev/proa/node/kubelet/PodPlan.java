package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
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
record PodPlan(List<Action> actions, @Nullable Instant wakeAt, boolean finished) {

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

    /** The plan of a pod that is not being resized. */
    static PodPlan of(Pod pod, Observed observed, Health health, RestartTimes restarts, Instant now) {
        return of(pod, observed, health, restarts, name -> null, now);
    }

    /** @param pod the pod with its allocated resources */
    static PodPlan of(
            Pod pod,
            Observed observed,
            Health health,
            RestartTimes restarts,
            PodResizer.Actuated actuated,
            Instant now) {
        return new Planner(pod, observed, health, restarts, actuated, now).plan();
    }

    /**
     * The hash that tells whether a container still matches the pod; of the image only, since no other field may
     * change.
     */
    static String hash(Container container) {
        return Integer.toHexString(container.image().hashCode());
    }

    static boolean isSidecar(Container init) {
        return init.restartPolicy().equals("Always");
    }

    /** All containers of a pod: init containers, main containers, ephemeral containers. */
    static List<Container> containers(Pod pod) {
        List<Container> all = new ArrayList<>(pod.spec().initContainers());
        all.addAll(pod.spec().containers());
        all.addAll(ephemeral(pod));
        return all;
    }

    /** The ephemeral containers, as containers; they are started once. */
    static List<Container> ephemeral(Pod pod) {
        return pod.spec().ephemeralContainers().stream()
                .map(container -> new Container(container.value()))
                .toList();
    }

    /** Whether a container is an init container that runs to completion (not a sidecar). */
    static boolean runsOnce(Pod pod, Container container) {
        return !isSidecar(container) && pod.spec().initContainers().contains(container);
    }

    /** Whether the pod has ended for good, whatever its containers do: nothing of it runs ever again. */
    static boolean isTerminal(Pod pod) {
        String phase = pod.status().phase();
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    /** Whether to restart a container that ended, by its restart rules and policy or its pod's policy. */
    static boolean restarts(Pod pod, Container container, int exitCode) {
        if (pod.spec().ephemeralContainers().stream()
                .anyMatch(ephemeral -> ephemeral.name().equals(container.name()))) {
            return false;
        }
        for (var rule : container.restartPolicyRules()) {
            boolean listed = rule.exitCodes().values().contains(exitCode);
            if (rule.action().equals("Restart")
                    && rule.hasExitCodes()
                    && listed == rule.exitCodes().operator().equals("In")) {
                return true;
            }
        }
        return switch (policy(pod, container)) {
            case "Never" -> false;
            case "OnFailure" -> exitCode != 0;
            default -> true;
        };
    }

    private static String policy(Pod pod, Container container) {
        return container.restartPolicy().isEmpty() ? pod.spec().restartPolicy() : container.restartPolicy();
    }

    private static final class Planner {
        private final Pod pod;
        private final Observed observed;
        private final Health health;
        private final RestartTimes restarts;
        private final PodResizer.Actuated actuated;
        private final Instant now;
        private final List<Action> actions = new ArrayList<>();
        private boolean resize;
        private @Nullable Instant wakeAt;

        Planner(
                Pod pod,
                Observed observed,
                Health health,
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
            if (isTerminal(pod) || mainContainersDone() || initFailedForGood()) {
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
            ephemeral(pod).stream()
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
                if (isSidecar(init)) {
                    run(init);
                    ContainerStatus status = observed.current(init.name());
                    boolean up =
                            status != null && status.state() instanceof State.Running && health.started(status.id());
                    if (!up && !mainStarted) {
                        return false;
                    }
                } else if (!mainStarted && !succeeded(init)) {
                    run(init);
                    return false;
                }
            }
            return true;
        }

        private boolean succeeded(Container init) {
            ContainerStatus status = observed.current(init.name());
            return status != null && status.state() instanceof State.Exited exited && exited.exitCode() == 0;
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
                    if (!restarts(pod, container, exited.exitCode())) {
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
                boolean again = !policy(pod, container).equals("Never");
                actions.add(new Action.KillContainer(
                        container, status.id(), again ? failure + ", will be restarted" : failure));
                return;
            }
            if (!hash(container).equals(status.config().annotations().get(ContainerStarter.HASH))) {
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
            for (Container container : pod.spec().containers()) {
                ContainerStatus status = observed.newest(container.name());
                if (status == null
                        || !(status.state() instanceof State.Exited exited)
                        || restarts(pod, container, exited.exitCode())) {
                    return false;
                }
            }
            return true;
        }

        /** Whether a main container has ended for good, which a new sandbox does not change. */
        private boolean endedForGood(Container main) {
            ContainerStatus status = observed.newest(main.name());
            return status != null
                    && status.state() instanceof State.Exited exited
                    && !restarts(pod, main, exited.exitCode());
        }

        private boolean initFailedForGood() {
            for (Container init : pod.spec().initContainers()) {
                if (!isSidecar(init)
                        && observed.newest(init.name()) instanceof ContainerStatus status
                        && status.state() instanceof State.Exited exited
                        && exited.exitCode() != 0
                        && !restarts(pod, init, exited.exitCode())) {
                    return true;
                }
            }
            return false;
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
