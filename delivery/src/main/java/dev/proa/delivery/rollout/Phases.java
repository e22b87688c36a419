package dev.proa.delivery.rollout;

import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.BlueGreenStrategy;
import dev.proa.delivery.argo.CanaryStrategy;
import dev.proa.delivery.argo.Condition;
import dev.proa.delivery.argo.RolloutAnalysisRunStatus;
import dev.proa.delivery.argo.RolloutSpec;
import dev.proa.delivery.argo.RolloutStatus;

/**
 * The phase of a Rollout and why it is in it, from the rest of its status.
 *
 * @param message empty when it is healthy
 */
record Phases(String phase, String message) {
    static final String HEALTHY = "Healthy";
    private static final String DEGRADED = "Degraded";
    private static final String PROGRESSING = "Progressing";
    private static final String PAUSED = "Paused";

    /** {@code status} with its phase and message. */
    static RolloutStatus settled(RolloutSpec spec, RolloutStatus status) {
        Phases is = of(spec, status);
        RolloutStatus settled = status.withPhase(is.phase);
        return is.message.isEmpty()
                ? new RolloutStatus(settled.value().without("message"))
                : settled.withMessage(is.message);
    }

    static Phases of(RolloutSpec spec, RolloutStatus status) {
        for (Condition condition : status.conditions()) {
            if (condition.type().equals(Conditions.INVALID_SPEC)) {
                return new Phases(DEGRADED, Conditions.INVALID_SPEC + ": " + condition.message());
            }
            String reason = condition.reason();
            if (reason.equals(Conditions.ABORTED) || reason.equals(Conditions.TIMED_OUT)) {
                return new Phases(DEGRADED, reason + ": " + condition.message());
            }
        }
        if (spec.paused()) {
            return new Phases(PAUSED, "manually paused");
        }
        if (!status.pauseConditions().isEmpty()) {
            return new Phases(PAUSED, status.pauseConditions().getFirst().reason());
        }
        String waiting = waiting(spec, status);
        return waiting.isEmpty() ? new Phases(HEALTHY, "") : new Phases(PROGRESSING, waiting);
    }

    /** What it waits for; empty for nothing. */
    private static String waiting(RolloutSpec spec, RolloutStatus status) {
        if (spec.restartAt() != null && !spec.restartAt().equals(status.restartedAt())) {
            return "rollout is restarting";
        }
        if (status.updatedReplicas() < spec.replicas()) {
            return "more replicas need to be updated";
        }
        if (status.availableReplicas() < status.updatedReplicas()) {
            return "updated replicas are still becoming available";
        }
        boolean promoted = !status.stableRS().isEmpty() && status.stableRS().equals(status.currentPodHash());
        BlueGreenStrategy blueGreen = spec.strategy().blueGreen();
        if (blueGreen != null) {
            String active = status.blueGreen().activeSelector();
            if (active.isEmpty() || !active.equals(status.currentPodHash())) {
                return "active service cutover pending";
            }
            if (promoted) {
                return "";
            }
            RolloutAnalysisRunStatus run = status.blueGreen().postPromotionAnalysisRunStatus();
            boolean analysing =
                    blueGreen.postPromotionAnalysis() != null && (run == null || !AnalysisPhases.isEnd(run.status()));
            return analysing
                    ? "waiting for analysis to complete"
                    : "waiting for post-promotion verification to complete";
        }
        CanaryStrategy canary = spec.strategy().canary();
        boolean byPods = canary != null && canary.trafficRouting() == null;
        if (byPods && status.replicas() > status.updatedReplicas()) {
            return "old replicas are pending termination";
        }
        return promoted ? "" : "waiting for all steps to complete";
    }
}
