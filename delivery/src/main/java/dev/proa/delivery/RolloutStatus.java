package dev.proa.delivery;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.apps.v1.DaemonSetStatus;
import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.DeploymentCondition;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.apps.v1.StatefulSetStatus;
import dev.proa.api.batch.v1.Job;
import dev.proa.api.batch.v1.JobCondition;
import dev.proa.api.batch.v1.JobStatus;

/** The progress of a rollout, as {@code kubectl rollout status} computes it from a Deployment, a StatefulSet or a DaemonSet; and that of a Job. */
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

    static RolloutStatus of(StatefulSet set) {
        String name = "stateful set \"" + set.name() + "\"";
        StatefulSetStatus status = set.status();
        if (set.metadata().generation() > status.observedGeneration()) {
            return new Going("waiting for " + name + " to be observed");
        }
        int wanted = set.spec().hasReplicas() ? set.spec().replicas() : 1;
        boolean rolls = set.spec().updateStrategy().type().equals("RollingUpdate");
        int toUpdate =
                Math.max(0, wanted - set.spec().updateStrategy().rollingUpdate().partition());
        if (rolls && status.updatedReplicas() < toUpdate) {
            return new Going(status.updatedReplicas() + " of " + toUpdate + " pods updated");
        }
        if (status.availableReplicas() < wanted) {
            return new Going(status.availableReplicas() + " of " + wanted + " pods ready");
        }
        return new Done();
    }

    static RolloutStatus of(DaemonSet set) {
        String name = "daemon set \"" + set.name() + "\"";
        DaemonSetStatus status = set.status();
        if (set.metadata().generation() > status.observedGeneration()) {
            return new Going("waiting for " + name + " to be observed");
        }
        int wanted = status.desiredNumberScheduled();
        boolean rolls = !set.spec().updateStrategy().type().equals("OnDelete");
        if (rolls && status.updatedNumberScheduled() < wanted) {
            return new Going(status.updatedNumberScheduled() + " of " + wanted + " pods updated");
        }
        if (status.numberAvailable() < wanted) {
            return new Going(status.numberAvailable() + " of " + wanted + " pods ready");
        }
        return new Done();
    }

    /**
     * That of a Job is done when the Job is complete, and broken when it has failed. One that is suspended waits for somebody to
     * resume it, and nobody need wait for that.
     */
    static RolloutStatus of(Job job) {
        String name = "job \"" + job.name() + "\"";
        JobStatus status = job.status();
        for (JobCondition condition : status.conditions()) {
            boolean holds = condition.status().equals("True");
            if (holds && condition.type().equals("Complete")) {
                return new Done();
            }
            if (holds && condition.type().equals("Failed")) {
                return new Broken(name + " has failed: " + condition.reason() + ": " + condition.message());
            }
        }
        if (job.spec().suspend()) {
            return new Done();
        }
        String failed = status.failed() == 0 ? "" : ", " + status.failed() + " failed";
        if (job.spec().hasCompletions()) {
            return new Going(status.succeeded() + " of " + job.spec().completions() + " pods succeeded" + failed);
        }
        return new Going(status.active() + (status.active() == 1 ? " pod runs" : " pods run") + failed);
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
