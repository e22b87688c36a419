package dev.proa.node.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Counts and times what a kubelet asks of its container runtime. Thread-safe. */
final class RuntimeMetrics {
    private static final String TYPE = "operation_type";

    private final Counter operations;
    private final Counter errors;
    private final Histogram durations;
    private final Histogram sandboxes;
    private final Counter sandboxErrors;

    RuntimeMetrics(PrometheusRegistry registry) {
        operations = Counter.builder()
                .name("kubelet_runtime_operations_total")
                .help("Cumulative number of runtime operations by operation type.")
                .labelNames(TYPE)
                .register(registry);
        errors = Counter.builder()
                .name("kubelet_runtime_operations_errors_total")
                .help("Cumulative number of runtime operation errors by operation type.")
                .labelNames(TYPE)
                .register(registry);
        durations = Histograms.of(
                registry,
                "kubelet_runtime_operations_duration_seconds",
                "Duration in seconds of runtime operations. Broken down by operation type.",
                Histograms.exponential(.005, 2.5, 14),
                TYPE);
        sandboxes = Histograms.of(
                registry,
                "kubelet_run_podsandbox_duration_seconds",
                "Duration in seconds of the run_podsandbox operations. Broken down by RuntimeClass.Handler.",
                Histograms.DEFAULT,
                "runtime_handler");
        sandboxErrors = Counter.builder()
                .name("kubelet_run_podsandbox_errors_total")
                .help("Cumulative number of the run_podsandbox operation errors by RuntimeClass.Handler.")
                .labelNames("runtime_handler")
                .register(registry);
    }

    /** An operation has ended. */
    void done(String operation, boolean failed, long nanos) {
        operations.labelValues(operation).inc();
        durations.labelValues(operation).observe(nanos / Histograms.NANOS);
        if (failed) {
            errors.labelValues(operation).inc();
        }
    }

    /** The creation of a sandbox has ended; there is one handler, which has no name. */
    void sandboxRan(boolean failed, long nanos) {
        sandboxes.labelValues("").observe(nanos / Histograms.NANOS);
        if (failed) {
            sandboxErrors.labelValues("").inc();
        }
    }
}
