package dev.proa.control.autoscaling;

import dev.proa.client.ObjectKey;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Locale;

/** The metrics {@code horizontal_pod_autoscaler_controller_*} of kube-controller-manager. Thread-safe. */
final class AutoscalerMetrics {
    private static final String LABELS =
            " The label 'action' should be either 'scale_down', 'scale_up', or 'none'. Also, the"
                    + " label 'error' should be either 'spec', 'internal', or 'none'.";

    private final Counter reconciliations;
    private final Histogram reconciliationDurations;
    private final Counter computations;
    private final Histogram computationDurations;
    private final Gauge autoscalers;
    private final Gauge desired;

    /** What was done, or proposed, with the number of replicas. */
    enum Action {
        SCALE_UP,
        SCALE_DOWN,
        NONE;

        static Action of(int before, int after) {
            return after > before ? SCALE_UP : after < before ? SCALE_DOWN : NONE;
        }
    }

    /** Whose fault it was that something failed. */
    enum Fault {
        /** The autoscaler's own. */
        SPEC,
        /** Of whatever else. */
        INTERNAL,
        NONE
    }

    AutoscalerMetrics(PrometheusRegistry registry) {
        reconciliations = counter(
                registry, "reconciliations_total", "Number of reconciliations of HPA controller.", "action", "error");
        reconciliationDurations = histogram(
                registry,
                "reconciliation_duration_seconds",
                "The time(seconds) that the HPA controller takes to reconcile once.",
                "action",
                "error");
        computations = counter(
                registry,
                "metric_computation_total",
                "Number of metric computations, by the type of the metric.",
                "action",
                "error",
                "metric_type");
        computationDurations = histogram(
                registry,
                "metric_computation_duration_seconds",
                "The time(seconds) that the HPA controller takes to calculate one metric, by its type.",
                "action",
                "error",
                "metric_type");
        autoscalers = Gauge.builder()
                .name(name("num_horizontal_pod_autoscalers"))
                .help("Current number of controlled HPA objects.")
                .register(registry);
        desired = Gauge.builder()
                .name(name("desired_replicas"))
                .help("Current desired replica count for HPA objects.")
                .labelNames("namespace", "hpa_name")
                .register(registry);
    }

    private static String name(String name) {
        return "horizontal_pod_autoscaler_controller_" + name;
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help, String... labels) {
        return Counter.builder()
                .name(name(name))
                .help(help + LABELS)
                .labelNames(labels)
                .register(registry);
    }

    private static Histogram histogram(PrometheusRegistry registry, String name, String help, String... labels) {
        return Histogram.builder()
                .name(name(name))
                .help(help + LABELS)
                .labelNames(labels)
                .classicOnly()
                .classicExponentialUpperBounds(0.001, 2, 15)
                .register(registry);
    }

    /** An autoscaler was looked at. */
    void reconciled(Action action, Fault fault, Duration took) {
        reconciliations.labelValues(label(action), label(fault)).inc();
        reconciliationDurations.labelValues(label(action), label(fault)).observe(took.toNanos() / 1e9);
    }

    /** The number of replicas for one metric was computed. {@code metricType} is its {@code type}. */
    void computed(String metricType, Action action, Fault fault, Duration took) {
        computations.labelValues(label(action), label(fault), metricType).inc();
        computationDurations
                .labelValues(label(action), label(fault), metricType)
                .observe(took.toNanos() / 1e9);
    }

    /** There is one autoscaler more. */
    void added() {
        autoscalers.inc();
    }

    /** There is one autoscaler less. */
    void removed(ObjectKey autoscaler) {
        autoscalers.dec();
        desired.remove(autoscaler.namespace(), autoscaler.name());
    }

    /** An autoscaler wants so many replicas. */
    void desired(ObjectKey autoscaler, int replicas) {
        desired.labelValues(autoscaler.namespace(), autoscaler.name()).set(replicas);
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
