package dev.proa.server.authorization.webhook;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The metrics {@code apiserver_authorization_*}, under Kubernetes' names. Safe for any thread. */
public final class AuthorizationMetrics {
    private static final String TYPE = "Webhook";
    private static final double NANOS = 1e9;
    private static final double[] SECONDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
    private static final double[] CONDITION_SECONDS = {0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25};

    private final Counter decisions;
    private final Counter calls;
    private final Histogram durations;
    private final Counter failedOpen;
    private final Counter conditionErrors;
    private final Counter exclusions;
    private final Histogram conditionDurations;

    public AuthorizationMetrics(PrometheusRegistry registry) {
        decisions = counter(
                registry,
                "decisions_total",
                "Decisions that ended an authorization, by type and name of the authorizer.",
                "type",
                "name",
                "decision");
        calls = counter(
                registry, "webhook_evaluations_total", "Calls of authorization webhooks, by result.", "name", "result");
        durations = histogram(
                registry,
                "webhook_duration_seconds",
                "How long calls of authorization webhooks took, in seconds.",
                SECONDS,
                "name",
                "result");
        failedOpen = counter(
                registry,
                "webhook_evaluations_fail_open_total",
                "Calls of authorization webhooks that failed and were followed by no opinion.",
                "name",
                "result");
        conditionErrors = counter(
                registry,
                "match_condition_evaluation_errors_total",
                "Requests for which a match condition of an authorizer could not be evaluated.",
                "type",
                "name");
        exclusions = counter(
                registry,
                "match_condition_exclusions_total",
                "Requests about which an authorizer was not asked because of its match conditions.",
                "type",
                "name");
        conditionDurations = histogram(
                registry,
                "match_condition_evaluation_seconds",
                "How long the evaluation of an authorizer's match conditions took, in seconds.",
                CONDITION_SECONDS,
                "type",
                "name");
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help, String... labels) {
        return Counter.builder()
                .name("apiserver_authorization_" + name)
                .help(help)
                .labelNames(labels)
                .register(registry);
    }

    private static Histogram histogram(
            PrometheusRegistry registry, String name, String help, double[] bounds, String... labels) {
        return Histogram.builder()
                .name("apiserver_authorization_" + name)
                .help(help)
                .labelNames(labels)
                .classicOnly()
                .classicUpperBounds(bounds)
                .register(registry);
    }

    /** Counts the decisions of an authorizer. */
    public DecisionCounter decisions(String type, String name) {
        return new DecisionCounter(
                decisions.labelValues(type, name, "allowed"), decisions.labelValues(type, name, "denied"));
    }

    void called(String name, String result, long nanos) {
        calls.labelValues(name, result).inc();
        durations.labelValues(name, result).observe(nanos / NANOS);
    }

    void failedOpen(String name, String result) {
        failedOpen.labelValues(name, result).inc();
    }

    void conditions(String name, long nanos, AccessConditions.Outcome outcome) {
        conditionDurations.labelValues(TYPE, name).observe(nanos / NANOS);
        if (!outcome.error().isEmpty()) {
            conditionErrors.labelValues(TYPE, name).inc();
        } else if (!outcome.matched()) {
            exclusions.labelValues(TYPE, name).inc();
        }
    }
}
