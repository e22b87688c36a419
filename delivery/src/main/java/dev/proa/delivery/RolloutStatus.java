package dev.proa.delivery;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.DeploymentCondition;

/** The progress of a Deployment's rollout, as {@code kubectl rollout status} computes it from the Deployment. */
sealed interface RolloutStatus {
    record Done() implements RolloutStatus {}

    record Going(String message) implements RolloutStatus {}

    record Broken(String message) implements RolloutStatus {}

    static RolloutStatus of(Deployment deployment) {
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
            int old = status.replicas() - status.updatedReplicas();
            return new Going(old + (old == 1 ? " old pod" : " old pods") + " to end");
        }
        if (status.availableReplicas() < status.updatedReplicas()) {
            return new Going(status.availableReplicas() + " of " + status.updatedReplicas() + " pods ready");
        }
        return new Done();
    }

    /** The desired number of pods. */
    static int wanted(Deployment deployment) {
        return deployment.spec().hasReplicas() ? deployment.spec().replicas() : 1;
    }

    /** Whether pods of an old revision exist. */
    static boolean hasOldPods(Deployment deployment) {
        return deployment.status().replicas() > deployment.status().updatedReplicas();
    }
}
