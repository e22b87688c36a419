package dev.proa.cluster.metrics;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a container or a node had used at a moment.
 *
 * @param startedAt when it began to count; null when that is not told
 * @param timestamp when it was measured
 * @param cpuNanoseconds processor time since its start
 * @param memoryBytes its working set
 */
record MetricsPoint(@Nullable Instant startedAt, Instant timestamp, long cpuNanoseconds, long memoryBytes) {
    /** Whether both were told; something that runs uses some of each. */
    boolean isComplete() {
        return cpuNanoseconds > 0 && memoryBytes > 0;
    }
}
