package dev.proa.server.admission.webhook;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The metrics {@code apiserver_admission_webhook_*}, under Kubernetes' names. Two counters are gauges to Prometheus' library, which would
 * give counters other names. Safe for any thread.
 */
final class WebhookMetrics {
    private static final double[] SECONDS = {0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 10, 25};
    private static final double NANOS = 1e9;
    private static final int LARGEST_CODE = 600;

    private final Histogram durations;
    private final Counter requests;
    private final Gauge rejections;
    private final Gauge failOpen;
    private final Counter exclusions;

    WebhookMetrics(PrometheusRegistry registry) {
        durations = Histogram.builder()
                .name("apiserver_admission_webhook_admission_duration_seconds")
                .help("Admission webhook latency histogram in seconds, identified by name and broken out for each"
                        + " operation and API resource and type (validate or admit).")
                .labelNames("name", "type", "operation", "rejected")
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .register(registry);
        requests = Counter.builder()
                .name("apiserver_admission_webhook_request_total")
                .help("Admission webhook requests, by name, type, operation, HTTP status code and whether the request"
                        + " was rejected.")
                .labelNames("name", "type", "operation", "code", "rejected")
                .register(registry);
        rejections = Gauge.builder()
                .name("apiserver_admission_webhook_rejection_count")
                .help("Admission webhook rejections, by name, type, operation, type of error and code.")
                .labelNames("name", "type", "operation", "error_type", "rejection_code")
                .register(registry);
        failOpen = Gauge.builder()
                .name("apiserver_admission_webhook_fail_open_count")
                .help("Admission webhook calls that failed and let the request pass, by name and type.")
                .labelNames("name", "type")
                .register(registry);
        exclusions = Counter.builder()
                .name("apiserver_admission_match_condition_exclusions_total")
                .help("Admission match conditions that excluded a request, by name, kind, type and operation.")
                .labelNames("name", "kind", "type", "operation")
                .register(registry);
    }

    /**
     * Counts a call.
     *
     * @param type {@code admit} or {@code validating}
     * @param failure why the request does not pass; null when it does
     */
    void called(Webhook webhook, String type, String operation, long nanos, @Nullable WebhookFailure failure) {
        boolean ignored = failure instanceof WebhookFailure.NotCalled && webhook.ignoresFailures();
        String rejected = String.valueOf(failure != null && !ignored);
        String code = Integer.toString(failure == null ? 200 : Math.min(LARGEST_CODE, failure.code()));
        requests.labelValues(webhook.name(), type, operation, code, rejected).inc();
        durations.labelValues(webhook.name(), type, operation, rejected).observe(nanos / NANOS);
        if (ignored) {
            failOpen.labelValues(webhook.name(), type).inc();
        } else if (failure != null) {
            String error = switch (failure) {
                case WebhookFailure.NotCalled notCalled -> "calling_webhook_error";
                case WebhookFailure.Denied denied -> "no_error";
                case WebhookFailure.Broken broken -> "apiserver_internal_error";
            };
            rejections.labelValues(webhook.name(), type, operation, error, code).inc();
        }
    }

    /** Counts a webhook that is not called because of its match conditions. */
    void excluded(Webhook webhook, String type, String operation) {
        exclusions.labelValues(webhook.name(), "webhook", type, operation).inc();
    }
}
