package dev.proa.node.metrics;

import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Makes histograms of durations in seconds. */
final class Histograms {
    static final double NANOS = 1e9;
    /** The buckets of Prometheus' clients. */
    static final double[] DEFAULT = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

    private Histograms() {}

    static Histogram of(PrometheusRegistry registry, String name, String help, double[] bounds, String... labels) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .classicOnly()
                .classicUpperBounds(bounds)
                .register(registry);
    }

    static double[] exponential(double start, double factor, int count) {
        double[] bounds = new double[count];
        double bound = start;
        for (int i = 0; i < count; i++, bound *= factor) {
            bounds[i] = bound;
        }
        return bounds;
    }
}
