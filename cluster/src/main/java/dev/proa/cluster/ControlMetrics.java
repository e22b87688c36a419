package dev.proa.cluster;

import dev.proa.client.reconcile.Controller;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Exports metrics of controllers, under Kubernetes' names. They are computed when they are scraped. */
final class ControlMetrics {
    /** Names of work queues that differ from their controllers' names. */
    private static final Map<String, String> QUEUES = Map.ofEntries(
            Map.entry("endpoint-controller", "endpoint"),
            Map.entry("endpointslice-controller", "endpoint_slice"),
            Map.entry("endpointslice-mirroring-controller", "endpoint_slice_mirroring"),
            Map.entry("garbage-collector-delete", "garbage_collector_attempt_to_delete"),
            Map.entry("garbage-collector-orphan", "garbage_collector_attempt_to_orphan"),
            Map.entry("horizontal-pod-autoscaler-controller", "horizontalpodautoscaler"),
            Map.entry("node-lifecycle-controller", "node_lifecycle_controller"),
            Map.entry("persistentvolume-binder", "volumes"),
            Map.entry("persistentvolumeclaim-binder", "claims"),
            Map.entry("replicationcontroller-controller", "replicationmanager"),
            Map.entry("root-ca-certificate-publisher", "root_ca_cert_publisher"),
            Map.entry("taint-eviction-controller", "noexec_taint_pod"),
            Map.entry("ttl-after-finished-controller", "ttl_jobs_to_delete"));

    private ControlMetrics() {}

    /** Registers the metrics of {@code controllers}, by their names. */
    static void register(PrometheusRegistry registry, Supplier<Map<String, Controller.Stats>> controllers) {
        gauge(
                registry,
                "workqueue_depth",
                "Current depth of workqueue",
                controllers,
                stats -> stats.queue().ready());
        counter(
                registry,
                "workqueue_adds_total",
                "Total number of adds handled by workqueue",
                controllers,
                stats -> stats.queue().adds());
        counter(
                registry,
                "workqueue_retries_total",
                "Total number of retries handled by workqueue",
                controllers,
                stats -> stats.queue().retries());
    }

    /** Registers the number of times that handlers of informers threw. */
    static void registerHandlers(PrometheusRegistry registry, LongSupplier failures) {
        CounterWithCallback.builder()
                .name("proa_informer_handler_failures_total")
                .help("Number of times that a handler of an informer failed at a change and did not get it again.")
                .callback(counter -> counter.call(failures.getAsLong()))
                .register(registry);
    }

    /** Exports the metrics that controllers registered themselves. */
    static void registerAll(PrometheusRegistry registry, PrometheusRegistry controllers) {
        MultiCollector collector = controllers::scrape;
        registry.register(collector);
    }

    private static void gauge(
            PrometheusRegistry registry,
            String name,
            String help,
            Supplier<Map<String, Controller.Stats>> controllers,
            ToLongFunction<Controller.Stats> value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("name")
                .callback(gauge -> controllers
                        .get()
                        .forEach((controller, stats) -> gauge.call(value.applyAsLong(stats), queue(controller))))
                .register(registry);
    }

    private static void counter(
            PrometheusRegistry registry,
            String name,
            String help,
            Supplier<Map<String, Controller.Stats>> controllers,
            ToLongFunction<Controller.Stats> value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("name")
                .callback(counter -> controllers
                        .get()
                        .forEach((controller, stats) -> counter.call(value.applyAsLong(stats), queue(controller))))
                .register(registry);
    }

    private static String queue(String controller) {
        String known = QUEUES.get(controller);
        return known == null ? controller.replace("-controller", "").replace('-', '_') : known;
    }
}
