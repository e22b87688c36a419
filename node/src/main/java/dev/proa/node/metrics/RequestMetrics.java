package dev.proa.node.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Set;

/** Counts and times the requests to a kubelet's server. Thread-safe. */
public final class RequestMetrics {
    private static final Set<String> METHODS =
            Set.of("OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT");
    private static final Set<String> PATHS = Set.of(
            "healthz",
            "configz",
            "pods",
            "logs",
            "containerLogs",
            "exec",
            "attach",
            "portForward",
            "stats",
            "metrics",
            "metrics/cadvisor",
            "metrics/probes",
            "metrics/resource");
    private static final Set<String> LONG_RUNNING = Set.of("exec", "attach", "portForward");
    private static final String[] LABELS = {"method", "path", "server_type", "long_running"};

    private final Counter requests;
    private final Histogram durations;
    private final Gauge inFlight;

    RequestMetrics(PrometheusRegistry registry) {
        requests = Counter.builder()
                .name("kubelet_http_requests_total")
                .help("Number of the http requests received since the server started")
                .labelNames(LABELS)
                .register(registry);
        durations = Histograms.of(
                registry,
                "kubelet_http_requests_duration_seconds",
                "Duration in seconds to serve http requests",
                Histograms.DEFAULT,
                LABELS);
        inFlight = Gauge.builder()
                .name("kubelet_http_inflight_requests")
                .help("Number of the inflight http requests")
                .labelNames(LABELS)
                .register(registry);
    }

    /** A request that was received. */
    public final class Call implements AutoCloseable {
        private final String[] labels;
        private final long begin = System.nanoTime();

        private Call(String[] labels) {
            this.labels = labels;
        }

        /** It was answered. */
        @Override
        public void close() {
            inFlight.labelValues(labels).dec();
            durations.labelValues(labels).observe((System.nanoTime() - begin) / Histograms.NANOS);
        }
    }

    /**
     * Counts a request.
     *
     * @param method of HTTP
     * @param path as it was sent; those that nobody serves count together
     */
    public Call begin(String method, String path) {
        String root = root(path);
        String[] labels = {
            METHODS.contains(method) ? method : "other",
            PATHS.contains(root) ? root : "other",
            "readwrite",
            Boolean.toString(LONG_RUNNING.contains(root))
        };
        requests.labelValues(labels).inc();
        inFlight.labelValues(labels).inc();
        return new Call(labels);
    }

    private static String root(String path) {
        String[] parts = (path.startsWith("/") ? path.substring(1) : path).split("/", 3);
        return parts[0].equals("metrics") && parts.length > 1 ? parts[0] + "/" + parts[1] : parts[0];
    }
}
