package dev.proa.control.autoscaling;

import java.time.Duration;

/**
 * What kube-controller-manager's {@code --horizontal-pod-autoscaler-*} flags set.
 *
 * @param syncPeriod how often each autoscaler is looked at; a new one for the first time after as long
 * @param downscaleStabilization for how long the highest recommendation counts, where an autoscaler does not say
 * @param tolerance by how much the ratio of usage to target may differ from 1 without scaling, where an autoscaler does not say
 * @param cpuInitializationPeriod how long after a pod's start its use of processors counts only while it is ready
 * @param initialReadinessDelay how long after a pod's start it may have become unready and still count as never having been ready
 * @param scaleToZero the feature gate {@code HPAScaleToZero} (KEP-2021): whether autoscalers bring workloads back that they scaled
 *     to zero
 */
public record AutoscalerConfig(
        Duration syncPeriod,
        Duration downscaleStabilization,
        double tolerance,
        Duration cpuInitializationPeriod,
        Duration initialReadinessDelay,
        boolean scaleToZero) {
    /** Kubernetes' defaults. */
    public static final AutoscalerConfig DEFAULT = new AutoscalerConfig(
            Duration.ofSeconds(15), Duration.ofMinutes(5), 0.1, Duration.ofMinutes(5), Duration.ofSeconds(30), false);
}
