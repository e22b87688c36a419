package dev.proa.control.autoscaling;

import dev.proa.api.autoscaling.v2.HPAScalingRules;
import dev.proa.api.autoscaling.v2.HorizontalPodAutoscaler;

/**
 * How far the ratio of usage to target may be from 1 without scaling.
 *
 * @param down below 1
 * @param up above 1
 */
record Tolerances(double down, double up) {
    /** Those of an autoscaler (KEP-4951), which are {@code standard} where it does not say. */
    static Tolerances of(HorizontalPodAutoscaler autoscaler, double standard) {
        return new Tolerances(
                of(autoscaler.spec().behavior().scaleDown(), standard),
                of(autoscaler.spec().behavior().scaleUp(), standard));
    }

    private static double of(HPAScalingRules rules, double standard) {
        return rules.hasTolerance() ? rules.tolerance().amount().doubleValue() : standard;
    }

    boolean contain(double ratio) {
        return 1 - down <= ratio && ratio <= 1 + up;
    }
}
