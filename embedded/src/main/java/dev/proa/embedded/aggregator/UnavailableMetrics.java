package dev.proa.embedded.aggregator;

import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * Which API services are not available, under Kubernetes' name. (The counter of the same name with {@code _total} cannot be told beside it: to
 * the library of metrics both have one name.)
 */
final class UnavailableMetrics {
    private final Gauge gauge;

    UnavailableMetrics(PrometheusRegistry registry) {
        gauge = Gauge.builder()
                .name("aggregator_unavailable_apiservice")
                .help("Gauge of APIServices which are marked as unavailable broken down by APIService name.")
                .labelNames("name")
                .register(registry);
    }

    void set(String name, boolean available) {
        gauge.labelValues(name).set(available ? 0 : 1);
    }

    void forget(String name) {
        gauge.remove(name);
    }
}
