package dev.proa.node.metrics;

import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Times what a kubelet does with the devices of ResourceClaims, and counts the claims in use. Thread-safe. */
public final class DeviceMetrics {
    private static final double[] BOUNDS = Histograms.exponential(.1, Math.pow(400, 1.0 / 14), 15);
    /** Stands for the claims of all drivers. */
    private static final String ANY = "<any>";

    private final Histogram operations;
    private final Histogram calls;
    private final Gauge inUse;
    private Set<String> drivers = Set.of();

    DeviceMetrics(PrometheusRegistry registry) {
        operations = Histograms.of(
                registry,
                "dra_operations_duration_seconds",
                "Latency histogram in seconds for the duration of handling all ResourceClaims referenced by a pod when the"
                        + " pod starts or stops. Identified by the name of the operation (PrepareResources or"
                        + " UnprepareResources) and separated by the success of the operation. The number of failed"
                        + " operations is provided through the histogram's overall count.",
                BOUNDS,
                "operation_name",
                "is_error");
        calls = Histograms.of(
                registry,
                "dra_grpc_operations_duration_seconds",
                "Duration in seconds of the DRA gRPC operations",
                BOUNDS,
                "driver_name",
                "method_name",
                "grpc_status_code");
        inUse = Gauge.builder()
                .name("dra_resource_claims_in_use")
                .help(
                        "The number of ResourceClaims that are currently in use on the node, by driver name (driver_name label"
                                + " value) and across all drivers (special value <any> for driver_name). Note that the sum of all"
                                + " by-driver counts is not the total number of in-use ResourceClaims because the same"
                                + " ResourceClaim might use devices from different drivers. Instead, use the count for the <any>"
                                + " driver_name.")
                .labelNames("driver_name")
                .register(registry);
        inUse.labelValues(ANY).set(0);
    }

    /** An operation, {@code PrepareResources} or {@code UnprepareResources}, has ended. */
    public void operated(String name, boolean failed, long nanos) {
        operations.labelValues(name, failed ? "true" : "false").observe(nanos / Histograms.NANOS);
    }

    /**
     * A driver was called.
     *
     * @param code of gRPC, {@code OK} for success
     */
    public void called(String driver, String method, String code, long nanos) {
        calls.labelValues(driver, method, code).observe(nanos / Histograms.NANOS);
    }

    /** The number of claims that are prepared, and of those that have devices of each driver. */
    public synchronized void inUse(int all, Map<String, Integer> byDriver) {
        Set<String> gone = new HashSet<>(drivers);
        gone.removeAll(byDriver.keySet());
        gone.forEach(inUse::remove);
        byDriver.forEach((driver, count) -> inUse.labelValues(driver).set(count));
        inUse.labelValues(ANY).set(all);
        drivers = Set.copyOf(byDriver.keySet());
    }
}
