package dev.proa.embedded;

import dev.proa.client.supervision.LoopGroup;
import dev.proa.client.supervision.Supervisor;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Instant;

/** Exports how the groups of background loops are doing. Computed when they are scraped. */
final class LoopMetrics {
    private LoopMetrics() {}

    /** Registers the metrics of {@code supervisor}. */
    static void register(PrometheusRegistry registry, Supervisor supervisor) {
        GaugeWithCallback.builder()
                .name("proa_loops")
                .help("Number of background loops, by group and whether they run or have failed and not recovered.")
                .labelNames("group", "state")
                .callback(gauge -> {
                    for (LoopGroup group : supervisor.groups()) {
                        LoopGroup.Stats stats = group.stats();
                        gauge.call(stats.loops() - stats.failing(), group.name(), "running");
                        gauge.call(stats.failing(), group.name(), "failing");
                    }
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("proa_loop_failures_total")
                .help("Number of times that a background loop failed and was run again, by group.")
                .labelNames("group")
                .callback(counter -> {
                    for (LoopGroup group : supervisor.groups()) {
                        counter.call(group.stats().failures(), group.name());
                    }
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("proa_loop_last_success_timestamp_seconds")
                .help("Time at which a background loop last did its work, by group, in seconds since 1970.")
                .labelNames("group")
                .callback(gauge -> {
                    for (LoopGroup group : supervisor.groups()) {
                        Instant success = group.stats().lastSuccess();
                        if (success != null) {
                            gauge.call(success.toEpochMilli() / 1000.0, group.name());
                        }
                    }
                })
                .register(registry);
    }
}
