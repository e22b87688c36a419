package dev.proa.control.autoscaling;

import java.time.Duration;
import java.time.Instant;

/**
 * A metric of a pod.
 *
 * @param timestamp when it was measured
 * @param window the time over which a rate was measured, which ended at {@code timestamp}
 * @param milliValue in thousandths
 */
record PodMetric(Instant timestamp, Duration window, long milliValue) {}
