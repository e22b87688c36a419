package dev.proa.cluster.metrics;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a container or a node uses between two moments.
 *
 * @param timestamp the later one
 * @param cpuNanos billionths of a processor, on average
 * @param memoryBytes at the later one
 */
record Usage(Instant timestamp, Duration window, long cpuNanos, long memoryBytes) {
    private static final double NANOS = 1e9;

    /** The usage between two samples; null when the counter was reset in between. */
    static @Nullable Usage between(MetricsPoint previous, MetricsPoint last) {
        Instant started = last.startedAt();
        Instant before = previous.startedAt();
        if (started != null && before != null && started.isBefore(before)
                || last.cpuNanoseconds() < previous.cpuNanoseconds()) {
            return null;
        }
        Duration window = Duration.between(previous.timestamp(), last.timestamp());
        long nanos = (long) ((last.cpuNanoseconds() - previous.cpuNanoseconds()) / (window.toNanos() / NANOS));
        return new Usage(last.timestamp(), window, nanos, last.memoryBytes());
    }

    /** As a {@code ResourceList}. */
    MapValue resources() {
        return MapValue.of(
                "cpu",
                Quantity.of(BigDecimal.valueOf(cpuNanos, 9), Quantity.Format.DECIMAL_SI)
                        .toString(),
                "memory",
                Quantity.of(BigDecimal.valueOf(memoryBytes), Quantity.Format.BINARY_SI)
                        .toString());
    }
}
