package dev.proa.server.metrics;

import dev.proa.http.MetricsText;
import dev.proa.http.ProcessMetrics;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The API server's metrics under Kubernetes' names, in the text format of Prometheus. Further ones may be registered. Safe for any
 * thread.
 */
public final class ServerMetrics {
    /** The content type of {@code /metrics}. */
    public static final String CONTENT_TYPE = MetricsText.CONTENT_TYPE;

    private static final double NANOS = 1e9;
    private static final double[] SECONDS = {
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60
    };

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final AtomicLong watches = new AtomicLong();
    private final Counter requests;
    private final Histogram durations;

    public ServerMetrics() {
        requests = Counter.builder()
                .name("apiserver_request_total")
                .help("Counter of apiserver requests broken out for each verb, dry run value, group, version, resource,"
                        + " scope, component, and HTTP response code.")
                .labelNames(
                        "verb", "dry_run", "group", "version", "resource", "subresource", "scope", "component", "code")
                .register(registry);
        durations = Histogram.builder()
                .name("apiserver_request_duration_seconds")
                .help("Response latency distribution in seconds for each verb, dry run value, group, version, resource,"
                        + " subresource, scope and component.")
                .labelNames("verb", "dry_run", "group", "version", "resource", "subresource", "scope", "component")
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .register(registry);
        GaugeWithCallback.builder()
                .name("apiserver_longrunning_requests")
                .help("Gauge of all active long-running apiserver requests.")
                .labelNames("verb")
                .callback(gauge -> gauge.call(watches.get(), "WATCH"))
                .register(registry);
        ProcessMetrics.register(registry);
    }

    /** The registry for further metrics. */
    public PrometheusRegistry registry() {
        return registry;
    }

    /**
     * The labels of a request.
     *
     * @param verb of Kubernetes in upper case
     * @param scope resource, namespace or cluster; empty for non-resource requests
     */
    public record Subject(
            String verb,
            boolean dryRun,
            String group,
            String version,
            String resource,
            String subresource,
            String scope) {}

    /**
     * Counts an answered request.
     *
     * @param status of HTTP
     * @param nanos how long it took
     */
    public void answered(Subject subject, int status, long nanos) {
        String dryRun = subject.dryRun() ? "All" : "";
        requests.labelValues(
                        subject.verb(),
                        dryRun,
                        subject.group(),
                        subject.version(),
                        subject.resource(),
                        subject.subresource(),
                        subject.scope(),
                        "apiserver",
                        Integer.toString(status))
                .inc();
        if (!subject.verb().equals("WATCH")) {
            durations
                    .labelValues(
                            subject.verb(),
                            dryRun,
                            subject.group(),
                            subject.version(),
                            subject.resource(),
                            subject.subresource(),
                            subject.scope(),
                            "apiserver")
                    .observe(nanos / NANOS);
        }
    }

    /** Counts a watch that began. */
    public void watchBegan() {
        watches.incrementAndGet();
    }

    /** Counts a watch that ended. */
    public void watchEnded() {
        watches.decrementAndGet();
    }

    /** All metrics as text. */
    public byte[] text() {
        return MetricsText.of(registry);
    }
}
