package dev.proa.control.autoscaling;

import dev.proa.api.autoscaling.v2.HPAScalingRules;
import dev.proa.api.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import java.time.Duration;
import java.time.Instant;

/**
 * Keeps what the metrics call for within what an autoscaler allows: stabilization windows, limits of a step, and the least and the most
 * replicas. Says in the conditions {@code AbleToScale} and {@code ScalingLimited} what it did.
 *
 * @param history of the autoscaler, which learns what the metrics call for
 * @param current how many replicas the workload is to have now
 * @param min the least number of replicas
 * @param max the most
 * @param standardWindow the stabilization window for scaling down, where the autoscaler does not say
 */
record Normalizer(
        ScalingHistory history,
        StatusDraft draft,
        int current,
        int min,
        int max,
        Duration standardWindow,
        Instant now) {
    private static final String UP_STABILIZED =
            "recent recommendations were lower than current one, applying the lowest recent recommendation";
    private static final String DOWN_STABILIZED =
            "recent recommendations were higher than current one, applying the highest recent recommendation";

    /** A number of replicas, and what kept it from being another, or would. */
    private record Limited(int replicas, String reason, String message) {
        static Limited within(int replicas) {
            return new Limited(replicas, "DesiredWithinRange", "the desired count is within the acceptable range");
        }

        static Limited tooFast(int replicas, String reason, String direction) {
            return new Limited(
                    replicas,
                    reason,
                    "the desired replica count is " + direction + " faster than the maximum scale rate");
        }

        static Limited tooMany(int replicas) {
            return new Limited(
                    replicas, "TooManyReplicas", "the desired replica count is more than the maximum replica count");
        }

        static Limited tooFew(int replicas) {
            return new Limited(
                    replicas, "TooFewReplicas", "the desired replica count is less than the minimum replica count");
        }
    }

    /** For an autoscaler without a behavior. */
    int normalize(int recommended) {
        int stable = stabilize(recommended);
        able(recommended, stable, "ScaleDownStabilized", DOWN_STABILIZED);
        return limited(stable, limit(stable));
    }

    private int stabilize(int recommended) {
        Instant cutoff = now.minus(standardWindow);
        int highest = history.recommendations().stream()
                .filter(recent -> !recent.at().isBefore(cutoff))
                .mapToInt(ScalingHistory.Entry::replicas)
                .reduce(recommended, Math::max);
        history.recommended(recommended, now, cutoff);
        return highest;
    }

    private Limited limit(int stable) {
        if (stable < min) {
            return Limited.tooFew(min);
        }
        // One wrong measurement is not to multiply a workload.
        int fastest = (int) Math.max(2.0 * current, 4.0);
        if (stable > Math.min(max, fastest)) {
            return max > fastest ? Limited.tooFast(fastest, "ScaleUpLimit", "increasing") : Limited.tooMany(max);
        }
        return Limited.within(stable);
    }

    /** For an autoscaler with a behavior. */
    int normalize(int recommended, HorizontalPodAutoscalerBehavior behavior) {
        int stable = stabilize(recommended, behavior);
        boolean up = recommended >= current;
        able(
                recommended,
                stable,
                up ? "ScaleUpStabilized" : "ScaleDownStabilized",
                up ? UP_STABILIZED : DOWN_STABILIZED);
        return limited(stable, limit(stable, behavior));
    }

    private int stabilize(int recommended, HorizontalPodAutoscalerBehavior behavior) {
        Instant upCutoff = now.minus(window(behavior.scaleUp(), Duration.ZERO));
        Instant downCutoff = now.minus(window(behavior.scaleDown(), standardWindow));
        int lowest = recommended;
        int highest = recommended;
        for (ScalingHistory.Entry recent : history.recommendations()) {
            if (recent.at().isAfter(upCutoff)) {
                lowest = Math.min(lowest, recent.replicas());
            }
            if (recent.at().isAfter(downCutoff)) {
                highest = Math.max(highest, recent.replicas());
            }
        }
        history.recommended(recommended, now, upCutoff.isBefore(downCutoff) ? upCutoff : downCutoff);
        return Math.min(Math.max(current, lowest), highest);
    }

    private static Duration window(HPAScalingRules rules, Duration standard) {
        return rules.hasStabilizationWindowSeconds()
                ? Duration.ofSeconds(rules.stabilizationWindowSeconds())
                : standard;
    }

    private Limited limit(int stable, HorizontalPodAutoscalerBehavior behavior) {
        if (stable > current) {
            int fastest = Math.max(current, ScalingLimits.up(current, history, behavior.scaleUp(), now));
            if (stable > Math.min(max, fastest)) {
                return max > fastest ? Limited.tooFast(fastest, "ScaleUpLimit", "increasing") : Limited.tooMany(max);
            }
        } else if (stable < current) {
            int fastest = Math.min(current, ScalingLimits.down(current, history, behavior.scaleDown(), now));
            if (stable < Math.max(min, fastest)) {
                return min < fastest ? Limited.tooFast(fastest, "ScaleDownLimit", "decreasing") : Limited.tooFew(min);
            }
        }
        return Limited.within(stable);
    }

    private void able(int recommended, int stable, String reason, String message) {
        boolean same = stable == recommended;
        draft.set(
                StatusDraft.ABLE_TO_SCALE,
                true,
                same ? "ReadyForNewScale" : reason,
                same ? "recommended size matches current size" : message);
    }

    private int limited(int stable, Limited limited) {
        draft.set(StatusDraft.SCALING_LIMITED, limited.replicas != stable, limited.reason, limited.message);
        return limited.replicas;
    }
}
