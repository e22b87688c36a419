package dev.proa.server.admission.policy;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The metrics {@code apiserver_validating_admission_policy_*} or {@code apiserver_mutating_admission_policy_*}, under Kubernetes' names.
 * They are registered with the first observation. Safe for any thread.
 */
final class PolicyMetrics {
    /** The error type of what came off without an error. */
    static final String NO_ERROR = "no_error";

    private static final double[] SECONDS = {0.0000005, 0.001, 0.01, 0.1, 1.0};
    private static final double NANOS = 1e9;

    private final PrometheusRegistry registry;
    private final boolean mutating;
    private volatile @Nullable Series series;

    private record Series(Counter checks, Histogram durations) {}

    PolicyMetrics(PrometheusRegistry registry, boolean mutating) {
        this.registry = registry;
        this.mutating = mutating;
    }

    private Series series() {
        Series known = series;
        return known == null ? register() : known;
    }

    private synchronized Series register() {
        Series known = series;
        if (known == null) {
            String[] labels = mutating
                    ? new String[] {"policy", "policy_binding", "error_type"}
                    : new String[] {"policy", "policy_binding", "error_type", "enforcement_action"};
            String prefix = "apiserver_" + (mutating ? "mutating" : "validating") + "_admission_policy_check_";
            String what = mutating ? "Mutation" : "Validation";
            String by = mutating ? "policy and binding." : "policy, binding and enforcement action.";
            known = new Series(
                    Counter.builder()
                            .name(prefix + "total")
                            .help(what + " admission policy checks, by " + by)
                            .labelNames(labels)
                            .register(registry),
                    Histogram.builder()
                            .name(prefix + "duration_seconds")
                            .help(what + " admission latency of single expressions in seconds, by " + by)
                            .labelNames(labels)
                            .classicOnly()
                            .classicUpperBounds(SECONDS)
                            .register(registry));
            series = known;
        }
        return known;
    }

    /**
     * Counts a validation that failed.
     *
     * @param action {@code allow}, {@code deny}, {@code warn} or {@code audit}
     */
    void validated(String policy, String binding, String error, String action, long nanos) {
        Series known = series();
        known.checks.labelValues(policy, binding, error, action).inc();
        known.durations.labelValues(policy, binding, error, action).observe(nanos / NANOS);
    }

    /** Counts a mutation. */
    void mutated(String policy, String binding, String error, long nanos) {
        Series known = series();
        known.checks.labelValues(policy, binding, error).inc();
        known.durations.labelValues(policy, binding, error).observe(nanos / NANOS);
    }

    /** The error type of what went wrong; a validation that is false has one, too. */
    static String errorType(String message) {
        return message.startsWith("compilation")
                ? "compile_error"
                : message.startsWith("validation failed due to running out of cost budget")
                        ? "out_of_budget"
                        : "invalid_error";
    }
}
