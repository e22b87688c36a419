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
        int wanted = deployment.spec().hasReplicas() ? deployment.spec().replicas() : 1;
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

    /** What keeps pods from becoming ready, for a user; empty when nothing is known. */
    static List<String> troubles(List<Pod> pods) {
        Set<String> hopeless = Set.of(
                "ErrImagePull",
                "ImagePullBackOff",
                "ErrImageNeverPull",
                "InvalidImageName",
                "CreateContainerConfigError",
                "CreateContainerError",
                "RunContainerError",
                "CrashLoopBackOff");
        List<String> troubles = new ArrayList<>();
        for (Pod pod : pods) {
            for (var condition : pod.status().conditions()) {
                if (condition.type().equals("PodScheduled")
                        && condition.status().equals("False")) {
                    troubles.add("pod " + pod.name() + " has no node: " + condition.message());
                }
            }
            List<ContainerStatus> all = new ArrayList<>(pod.status().initContainerStatuses());
            all.addAll(pod.status().containerStatuses());
            for (ContainerStatus container : all) {
                var waiting = container.state().waiting();
                if (hopeless.contains(waiting.reason())) {
                    var last = container.lastState().terminated();
                    String why = container.lastState().hasTerminated()
                            ? "; it ended with exit code " + last.exitCode()
                                    + (last.message().isEmpty()
                                            ? ""
                                            : " and said: " + last.message().strip())
                            : "";
                    troubles.add("container " + container.name() + " of pod " + pod.name() + ": " + waiting.reason()
                            + (waiting.message().isEmpty() ? "" : ": " + waiting.message()) + why);
                }
            }
        }
        return troubles.stream().distinct().toList();
    }
}
