package dev.proa.delivery;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.DeploymentCondition;
import dev.proa.api.core.v1.ContainerStatus;
import dev.proa.api.core.v1.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How far the rollout of a Deployment is, as {@code kubectl rollout status} says it: a function of the Deployment. */
sealed interface Rollout {
    record Done() implements Rollout {}

    record Going(String message) implements Rollout {}

    record Broken(String message) implements Rollout {}

    static Rollout of(Deployment deployment) {
        String name = "deployment \"" + deployment.name() + "\"";
        var status = deployment.status();
        if (deployment.metadata().generation() > status.observedGeneration()) {
            return new Going("waiting for " + name + " to be observed");
        }
        for (DeploymentCondition condition : status.conditions()) {
            if (condition.type().equals("Progressing") && condition.reason().equals("ProgressDeadlineExceeded")) {
                return new Broken(name + " exceeded its progress deadline");
            }
        }
        int wanted = wanted(deployment);
        if (status.updatedReplicas() < wanted) {
            return new Going(status.updatedReplicas() + " of " + wanted + " new pods made");
        }
        if (status.replicas() > status.updatedReplicas()) {
            return new Going((status.replicas() - status.updatedReplicas()) + " old pods to end");
        }
        if (status.availableReplicas() < status.updatedReplicas()) {
            return new Going(status.availableReplicas() + " of " + status.updatedReplicas() + " pods ready");
        }
        return new Done();
    }

    /** How many pods the deployment is to have. */
    static int wanted(Deployment deployment) {
        return deployment.spec().hasReplicas() ? deployment.spec().replicas() : 1;
    }

    /** Whether pods of another version are there. */
    static boolean hasOldPods(Deployment deployment) {
        return deployment.status().replicas() > deployment.status().updatedReplicas();
    }

    /** What keeps a rollout from getting on, for a user, and is unlikely to go away by itself; empty when nothing is known. */
    static List<String> troubles(Deployment deployment, List<Pod> pods) {
        List<String> troubles = new ArrayList<>();
        for (DeploymentCondition condition : deployment.status().conditions()) {
            if (condition.type().equals("ReplicaFailure") && condition.status().equals("True")) {
                troubles.add("pods cannot be made: " + condition.message());
            }
        }
        for (Pod pod : pods) {
            for (var condition : pod.status().conditions()) {
                if (condition.type().equals("PodScheduled")
                        && condition.status().equals("False")) {
                    troubles.add("pod " + pod.name() + " has no node: " + condition.message());
                }
            }
            for (ContainerStatus container : containers(pod)) {
                trouble(pod, container, troubles);
            }
        }
        return troubles.stream().distinct().toList();
    }

    private static void trouble(Pod pod, ContainerStatus container, List<String> troubles) {
        Set<String> hopeless = Set.of(
                "ErrImagePull",
                "ImagePullBackOff",
                "ErrImageNeverPull",
                "InvalidImageName",
                "CreateContainerConfigError",
                "CreateContainerError",
                "RunContainerError",
                "CrashLoopBackOff");
        String which = "container " + container.name() + " of pod " + pod.name();
        var waiting = container.state().waiting();
        if (hopeless.contains(waiting.reason())) {
            troubles.add(which + ": " + waiting.reason() + (waiting.message().isEmpty() ? "" : ": " + waiting.message())
                    + lastEnd(container));
        } else if (!container.ready()
                && container.restartCount() > 0
                && !container.state().hasTerminated()) {
            // Between two ends; the next one is to be expected.
            troubles.add(which + " was restarted " + container.restartCount() + " times" + lastEnd(container));
        }
    }

    private static String lastEnd(ContainerStatus container) {
        if (!container.lastState().hasTerminated()) {
            return "";
        }
        var last = container.lastState().terminated();
        boolean telling = !last.reason().isEmpty()
                && !last.reason().equals("Error")
                && !last.reason().equals("Completed");
        return "; it ended with exit code " + last.exitCode() + (telling ? " (" + last.reason() + ")" : "")
                + (last.message().isEmpty()
                        ? ""
                        : " and said:\n" + last.message().strip().indent(4).stripTrailing());
    }

    /** Which containers have begun and are not ready yet: what a rollout that takes too long is waiting for. */
    static List<String> unready(List<Pod> pods) {
        List<String> unready = new ArrayList<>();
        for (Pod pod : pods) {
            Set<String> init = Set.copyOf(pod.status().initContainerStatuses().stream()
                    .map(ContainerStatus::name)
                    .toList());
            for (ContainerStatus container : containers(pod)) {
                if (container.state().hasRunning() && !container.ready()) {
                    unready.add("container " + container.name() + " of pod " + pod.name()
                            + (init.contains(container.name())
                                    ? " has not come to its end"
                                    : " runs, but is not ready"));
                }
            }
        }
        return unready;
    }

    private static List<ContainerStatus> containers(Pod pod) {
        List<ContainerStatus> all = new ArrayList<>(pod.status().initContainerStatuses());
        all.addAll(pod.status().containerStatuses());
        return all;
    }
}
