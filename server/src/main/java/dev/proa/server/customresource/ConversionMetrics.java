package dev.proa.server.customresource;

import dev.proa.server.customresource.ConversionReview.Failure;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.jspecify.annotations.Nullable;

/** The metrics of conversion webhooks under Kubernetes' names, once there is one. Safe for any thread. */
final class ConversionMetrics {
    private static final double NANOS = 1e9;
    private static final double[] SECONDS = {0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 45, 60};
    private static final double[] DOUBLED = new double[15];

    static {
        for (int i = 0; i < DOUBLED.length; i++) {
            DOUBLED[i] = 0.001 * (1 << i);
        }
    }

    private final PrometheusRegistry registry;
    private @Nullable Registered registered;

    private record Registered(Counter requests, Histogram durations, Histogram ofDefinitions) {}

    ConversionMetrics(PrometheusRegistry registry) {
        this.registry = registry;
    }

    private synchronized Registered registered() {
        Registered known = registered;
        if (known == null) {
            known = new Registered(
                    Counter.builder()
                            .name("apiserver_conversion_webhook_request_total")
                            .help("Counter for conversion webhook requests with success/failure and failure error type")
                            .labelNames("result", "failure_type")
                            .register(registry),
                    Histogram.builder()
                            .name("apiserver_conversion_webhook_duration_seconds")
                            .help("Conversion webhook request latency")
                            .labelNames("result", "failure_type")
                            .classicOnly()
                            .classicUpperBounds(SECONDS)
                            .register(registry),
                    Histogram.builder()
                            .name("apiserver_crd_conversion_webhook_duration_seconds")
                            .help("CRD webhook conversion duration in seconds")
                            .labelNames("crd_name", "from_version", "to_version", "succeeded")
                            .classicOnly()
                            .classicUpperBounds(DOUBLED)
                            .register(registry));
            registered = known;
        }
        return known;
    }

    /**
     * Counts a call.
     *
     * @param from {@code group/version}, likewise {@code to}
     * @param failure null when it succeeded
     */
    void converted(String definition, String from, String to, long nanos, @Nullable Failure failure) {
        Registered metrics = registered();
        String result = failure == null ? "success" : "failure";
        String type = failure == null ? "" : failure.toString();
        metrics.requests().labelValues(result, type).inc();
        metrics.durations().labelValues(result, type).observe(nanos / NANOS);
        metrics.ofDefinitions()
                .labelValues(definition, version(from), version(to), String.valueOf(failure == null))
                .observe(nanos / NANOS);
    }

    private static String version(String apiVersion) {
        return apiVersion.substring(apiVersion.indexOf('/') + 1);
    }
}
