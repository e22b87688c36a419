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
import dev.proa.delivery.argo.CanaryStep;
import dev.proa.delivery.argo.CanaryStrategy;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.argo.RolloutPause;
import org.jspecify.annotations.Nullable;

/** The progress of a rollout, as {@code kubectl rollout status} computes it from a Deployment, a StatefulSet or a DaemonSet; and that of a Rollout and of a Job. */
sealed interface RolloutStatus {
    record Done() implements RolloutStatus {}

    record Going(String message) implements RolloutStatus {}

    /** It goes on only when somebody says so. */
    record Held(String message) implements RolloutStatus {}

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

    /** That of a Rollout: healthy is done, and degraded is broken. */
    static RolloutStatus of(Rollout rollout) {
        var status = rollout.status();
        if (!status.observedGeneration()
                .equals(String.valueOf(rollout.metadata().generation()))) {
            return new Going("waiting for rollout \"" + rollout.name() + "\" to be observed");
        }
        return switch (status.phase()) {
            case "Healthy" -> new Done();
            case "Degraded" -> new Broken("rollout \"" + rollout.name() + "\" is degraded: " + status.message());
            case "Paused" ->
                isTimed(rollout)
                        ? new Going(step(rollout))
                        : new Held(step(rollout) + ", paused until somebody promotes it");
            default -> {
                String step = step(rollout);
                yield new Going(step.isEmpty() ? status.message() : step);
            }
        };
    }

    /** Whether the pause at which a Rollout is ends by itself. */
    private static boolean isTimed(Rollout rollout) {
        if (rollout.spec().paused()) {
            return false;
        }
        var blueGreen = rollout.spec().strategy().blueGreen();
        if (blueGreen != null) {
            return blueGreen.autoPromotionSeconds() > 0;
        }
        CanaryStep step = step(rollout, index(rollout));
        RolloutPause pause = step == null ? null : step.pause();
        return pause != null && pause.value().has("duration");
    }

    /** As {@code step 2 of 6: 10 % of the requests go to the new version}; empty when the update has no steps. */
    private static String step(Rollout rollout) {
        CanaryStrategy canary = rollout.spec().strategy().canary();
        int at = index(rollout);
        if (canary == null
                || canary.steps().isEmpty()
                || rollout.status().stableRS().isEmpty()) {
            return rollout.status().phase().equals("Paused") ? "waiting for its promotion" : "";
        }
        if (at >= canary.steps().size()) {
            return "all steps are done, the old pods go";
        }
        Integer weight = null;
        for (int i = 0; i <= at; i++) {
            Integer set = canary.steps().get(i).setWeight();
            weight = set == null ? weight : set;
        }
        return "step " + (at + 1) + " of " + canary.steps().size()
                + (weight == null ? "" : ": " + weight + " % of the requests go to the new version");
    }

    private static int index(Rollout rollout) {
        Integer index = rollout.status().currentStepIndex();
        return index == null ? 0 : index;
    }

    private static @Nullable CanaryStep step(Rollout rollout, int at) {
        CanaryStrategy canary = rollout.spec().strategy().canary();
        return canary == null || at >= canary.steps().size()
                ? null
                : canary.steps().get(at);
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
