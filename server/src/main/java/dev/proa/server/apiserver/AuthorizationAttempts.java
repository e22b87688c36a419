package dev.proa.server.apiserver;

import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The metrics {@code authorization_attempts_total} and {@code authorization_duration_seconds} of requests. Safe for any thread. */
final class AuthorizationAttempts {
    private static final double NANOS = 1e9;
    private static final double SHORTEST = 0.001;
    private static final int BUCKETS = 15;

    private final Result allowed;
    private final Result denied;
    private final Result noOpinion;
    private final Result error;

    private record Result(CounterDataPoint attempts, DistributionDataPoint durations) {}

    AuthorizationAttempts(PrometheusRegistry registry) {
        Counter attempts = Counter.builder()
                .name("authorization_attempts_total")
                .help("Counter of authorization attempts by result: allowed, denied, no-opinion or error.")
                .labelNames("result")
                .register(registry);
        Histogram durations = Histogram.builder()
                .name("authorization_duration_seconds")
                .help("How long authorization took, in seconds, by result.")
                .labelNames("result")
                .classicOnly()
                .classicExponentialUpperBounds(SHORTEST, 2, BUCKETS)
                .register(registry);
        allowed = new Result(attempts.labelValues("allowed"), durations.labelValues("allowed"));
        denied = new Result(attempts.labelValues("denied"), durations.labelValues("denied"));
        noOpinion = new Result(attempts.labelValues("no-opinion"), durations.labelValues("no-opinion"));
        error = new Result(attempts.labelValues("error"), durations.labelValues("error"));
    }

    /** Asks an authorizer about a request, and counts what it says. */
    Authorizer.Decision count(Authorizer authorizer, AuthorizationAttributes attributes) {
        long start = System.nanoTime();
        Authorizer.Decision decision = authorizer.authorize(attributes);
        Result result = decision.allowed()
                ? allowed
                : !decision.error().isEmpty()
                        ? error
                        : decision.verdict() == Authorizer.Verdict.DENY ? denied : noOpinion;
        result.attempts().inc();
        result.durations().observe((System.nanoTime() - start) / NANOS);
        return decision;
    }
}
