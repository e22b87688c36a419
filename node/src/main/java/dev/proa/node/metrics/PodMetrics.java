package dev.proa.node.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/** Counts and times what a kubelet does with pods and containers. Thread-safe. */
public final class PodMetrics {
    private static final double[] STARTUP = {
        0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600
    };
    private static final double[] PULLS = {
        1, 5, 10, 20, 30, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600
    };
    private static final double[] STATUS_WRITES = {0.010, 0.050, 0.100, 0.500, 1, 5, 10, 20, 30, 45, 60};
    private static final String CONTAINER_TYPE = "container_type";

    private final Histogram containersPerPod;
    private final Histogram workerDurations;
    private final Histogram workerStarts;
    private final Histogram starts;
    private final Histogram totalStarts;
    private final Histogram statusWrites;
    private final Histogram pulls;
    private final Counter startedPods;
    private final Counter podErrors;
    private final Counter startedContainers;
    private final Counter containerErrors;
    private final Counter evictions;
    private final Counter rejections;

    PodMetrics(PrometheusRegistry registry) {
        containersPerPod = Histograms.of(
                registry,
                "kubelet_containers_per_pod_count",
                "The number of containers per pod.",
                Histograms.exponential(1, 2, 5));
        workerDurations = Histograms.of(
                registry,
                "kubelet_pod_worker_duration_seconds",
                "Duration in seconds to sync a single pod. Broken down by operation type: create, update, or sync",
                Histograms.DEFAULT,
                "operation_type");
        workerStarts = Histograms.of(
                registry,
                "kubelet_pod_worker_start_duration_seconds",
                "Duration in seconds from kubelet seeing a pod to starting a worker.",
                Histograms.DEFAULT);
        starts = Histograms.of(
                registry,
                "kubelet_pod_start_duration_seconds",
                "Duration in seconds from kubelet seeing a pod for the first time to the pod starting to run",
                STARTUP);
        totalStarts = Histograms.of(
                registry,
                "kubelet_pod_start_total_duration_seconds",
                "Duration in seconds to start a pod since creation, including time to pull images and run init containers,"
                        + " measured from pod creation timestamp to when all its containers are reported as started and"
                        + " observed via watch",
                STARTUP);
        statusWrites = Histograms.of(
                registry,
                "kubelet_pod_status_sync_duration_seconds",
                "Duration in seconds to sync a pod status update. Measures time from detection of a change to pod status"
                        + " until the API is successfully updated for that pod, even if multiple intevening changes to"
                        + " pod status occur.",
                STATUS_WRITES);
        pulls = Histograms.of(
                registry,
                "kubelet_image_pull_duration_seconds",
                "Duration in seconds to pull an image.",
                PULLS,
                "image_size_in_bytes");
        startedPods = counter(registry, "kubelet_started_pods_total", "Cumulative number of pods started");
        podErrors = counter(
                registry, "kubelet_started_pods_errors_total", "Cumulative number of errors when starting pods");
        startedContainers = counter(
                registry,
                "kubelet_started_containers_total",
                "Cumulative number of containers started",
                CONTAINER_TYPE);
        containerErrors = counter(
                registry,
                "kubelet_started_containers_errors_total",
                "Cumulative number of errors when starting containers",
                CONTAINER_TYPE,
                "code");
        evictions = counter(
                registry,
                "kubelet_evictions",
                "Cumulative number of pod evictions by eviction signal",
                "eviction_signal");
        rejections = counter(
                registry,
                "kubelet_admission_rejections_total",
                "Cumulative number pod admission rejections by the Kubelet.",
                "reason");
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help, String... labels) {
        return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
    }

    /** What a pod's worker was run for. */
    public enum Operation {
        CREATE("create"),
        UPDATE("update"),
        SYNC("sync"),
        KILL("kill");

        private final String text;

        Operation(String text) {
            this.text = text;
        }
    }

    /** The kinds of containers that Kubernetes counts apart. */
    public enum ContainerType {
        CONTAINER("container"),
        INIT("init_container"),
        EPHEMERAL("ephemeral_container");

        private final String text;

        ContainerType(String text) {
            this.text = text;
        }
    }

    /**
     * A pod got its worker.
     *
     * @param containers of its specification
     */
    public void workerMade(int containers) {
        containersPerPod.observe(containers);
    }

    /** A worker ran for the first time, this long after its pod was seen. */
    public void workerStarted(long nanos) {
        workerStarts.observe(nanos / Histograms.NANOS);
    }

    /** A worker has brought its pod forward. */
    public void synced(Operation operation, long nanos) {
        workerDurations.labelValues(operation.text).observe(nanos / Histograms.NANOS);
    }

    /** A pod's phase has become Running, this long after the kubelet saw it first. */
    public void running(Duration sinceSeen) {
        starts.observe(sinceSeen.toNanos() / Histograms.NANOS);
    }

    /** All containers of a pod have started, this long after it was created. */
    public void started(Duration sinceCreated) {
        totalStarts.observe(sinceCreated.toNanos() / Histograms.NANOS);
    }

    /** A changed status was written. */
    public void statusWritten(long nanos) {
        statusWrites.observe(nanos / Histograms.NANOS);
    }

    /** An image was pulled; {@code bytes} of its unpacked layers. */
    public void pulled(long bytes, Duration took) {
        pulls.labelValues(size(bytes)).observe(took.toNanos() / Histograms.NANOS);
    }

    /** The range of image sizes that {@code bytes} belongs to, as Kubernetes words it. */
    static String size(long bytes) {
        long megabytes = bytes >> 20;
        long gigabytes = bytes >> 30;
        if (gigabytes < 1) {
            return megabytes < 10
                    ? "0-10MB"
                    : megabytes < 100 ? "10MB-100MB" : megabytes < 500 ? "100MB-500MB" : "500MB-1GB";
        }
        if (gigabytes >= 100) {
            return "GT100GB";
        }
        long[] bounds = {1, 5, 10, 20, 30, 40, 60, 100};
        int above = 1;
        while (gigabytes >= bounds[above]) {
            above++;
        }
        return bounds[above - 1] + "GB-" + bounds[above] + "GB";
    }

    /** A sandbox is being created. */
    public void podStarting() {
        startedPods.inc();
    }

    /** A sandbox could not be created. */
    public void podFailed() {
        podErrors.inc();
    }

    /** A container is being started. */
    public void containerStarting(ContainerType type) {
        startedContainers.labelValues(type.text).inc();
    }

    /** A container could not be started; {@code reason} of its waiting state. */
    public void containerFailed(ContainerType type, String reason) {
        containerErrors.labelValues(type.text, reason).inc();
    }

    /** A pod is evicted; {@code signal} as Kubernetes names what it exceeded. */
    public void evicted(String signal) {
        evictions.labelValues(signal).inc();
    }

    /** A pod was rejected at admission. */
    public void rejected(String reason) {
        rejections.labelValues(reason).inc();
    }
}
