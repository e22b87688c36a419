package dev.proa.embedded;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Counts and times the requests that clients in this JVM make, under the names of client-go's metrics. Thread-safe. A label is looked up
 * when it is first seen: a request allocates nothing.
 */
final class ClientMetrics {
    /** The code of a request that was not answered. */
    static final int NO_ANSWER = 0;

    private static final double[] SECONDS = {0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60};
    private static final double NANOS = 1e9;
    private static final int CODES = 600;

    private final Supplier<String> host;
    private final Counter requests;
    private final Histogram durations;
    private final Map<String, OfMethod> methods = new ConcurrentHashMap<>();

    /** @param host of the API server; asked when a method is first used */
    ClientMetrics(PrometheusRegistry registry, Supplier<String> host) {
        this.host = host;
        requests = Counter.builder()
                .name("rest_client_requests_total")
                .help("Number of HTTP requests, partitioned by status code, method, and host.")
                .labelNames("code", "method", "host")
                .register(registry);
        durations = Histogram.builder()
                .name("rest_client_request_duration_seconds")
                .help("Request latency in seconds. Broken down by verb, and host.")
                .labelNames("verb", "host")
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .register(registry);
    }

    /** The metrics of the requests of one method. */
    private final class OfMethod {
        private final String method;
        private final String at = host.get();
        private final AtomicReferenceArray<CounterDataPoint> codes = new AtomicReferenceArray<>(CODES);
        private final DistributionDataPoint duration;

        OfMethod(String method) {
            this.method = method;
            this.duration = durations.labelValues(method, at);
        }

        CounterDataPoint code(int code) {
            CounterDataPoint known = codes.get(code);
            if (known == null) {
                known = requests.labelValues(code == NO_ANSWER ? "<error>" : Integer.toString(code), method, at);
                codes.set(code, known);
            }
            return known;
        }
    }

    private OfMethod of(String method) {
        OfMethod known = methods.get(method);
        return known == null ? methods.computeIfAbsent(method, OfMethod::new) : known;
    }

    /**
     * A request was answered.
     *
     * @param method of HTTP
     * @param code of HTTP, or {@link #NO_ANSWER}
     */
    void answered(String method, int code) {
        of(method).code(code > 0 && code < CODES ? code : NO_ANSWER).inc();
    }

    /** How long an answer took; watches, which are answered all the time, do not count. */
    void took(String method, long nanos) {
        of(method).duration.observe(nanos / NANOS);
    }
}
