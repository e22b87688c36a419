package dev.proa.server.admission;

import dev.proa.server.admission.AdmissionAttributes.Operation;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * How long admission takes: {@code apiserver_admission_step_admission_duration_seconds} of both phases, and {@code
 * apiserver_admission_controller_admission_duration_seconds} of each plugin. Safe for any thread.
 */
public final class AdmissionMetrics {
    /** The phase of mutating plugins, as metrics call it. */
    static final String ADMIT = "admit";
    /** The phase of validating plugins, as metrics call it. */
    static final String VALIDATE = "validate";

    private static final double[] SECONDS = {0.005, 0.025, 0.1, 0.5, 1.0, 2.5};
    private static final double NANOS = 1e9;

    private final Histogram steps;
    private final Histogram controllers;

    public AdmissionMetrics(PrometheusRegistry registry) {
        steps = Histogram.builder()
                .name("apiserver_admission_step_admission_duration_seconds")
                .help(
                        "Latency of the phases of admission in seconds, by type (validate or admit), operation and whether"
                                + " the request was rejected.")
                .labelNames("type", "operation", "rejected")
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .register(registry);
        controllers = Histogram.builder()
                .name("apiserver_admission_controller_admission_duration_seconds")
                .help(
                        "Latency of admission plugins in seconds, by name, type (validate or admit), operation and whether"
                                + " the request was rejected.")
                .labelNames("name", "type", "operation", "rejected")
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .register(registry);
    }

    /** The observations of a phase. */
    Observer step(String type) {
        return new Observer((operation, rejected) -> steps.labelValues(type, operation, rejected));
    }

    /** The observations of a plugin in a phase. */
    Observer controller(AdmissionPlugin plugin, String type) {
        String name = plugin.name();
        return new Observer((operation, rejected) -> controllers.labelValues(name, type, operation, rejected));
    }

    /** Takes observations; remembers where they go, since there are many for each write. */
    static final class Observer {
        private static final Operation[] OPERATIONS = Operation.values();

        private final BiFunction<String, String, DistributionDataPoint> source;
        private final AtomicReferenceArray<@Nullable DistributionDataPoint> points =
                new AtomicReferenceArray<>(OPERATIONS.length * 2);

        private Observer(BiFunction<String, String, DistributionDataPoint> source) {
            this.source = source;
        }

        void observe(Operation operation, boolean rejected, long nanos) {
            int index = operation.ordinal() * 2 + (rejected ? 1 : 0);
            DistributionDataPoint point = points.get(index);
            if (point == null) {
                point = source.apply(operation.name(), String.valueOf(rejected));
                points.set(index, point);
            }
            point.observe(nanos / NANOS);
        }
    }
}
