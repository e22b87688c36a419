package dev.proa.control.autoscaling;

import dev.proa.api.autoscaling.v2.MetricStatus;

/** What came of computing the number of replicas for one metric. */
sealed interface MetricOutcome {
    /**
     * @param metric its name, as events and conditions tell it
     * @param status its entry in {@code status.currentMetrics}
     */
    record Proposed(int replicas, String metric, MetricStatus status) implements MetricOutcome {}

    /**
     * @param reason of the event and of the condition {@code ScalingActive}
     * @param cause the event's message
     * @param error with what was being tried before the cause
     * @param ofSpec whether the autoscaler itself is wrong
     */
    record Failed(String reason, String cause, String error, boolean ofSpec) implements MetricOutcome {}
}
