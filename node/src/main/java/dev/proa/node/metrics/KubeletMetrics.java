package dev.proa.node.metrics;

import dev.proa.http.MetricsText;
import dev.proa.http.ProcessMetrics;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.stats.NodeStats;
import dev.proa.node.usage.FilesystemUsage;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** The metrics of one kubelet; what {@code /metrics} and {@code /metrics/probes} serve. Thread-safe. */
public final class KubeletMetrics {
    private static final String VERSION = "v1.36.3";

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ProbeMetrics probes = new ProbeMetrics();
    private final PodMetrics pods = new PodMetrics(registry);
    private final DeviceMetrics devices = new DeviceMetrics(registry);
    private final RuntimeMetrics runtime = new RuntimeMetrics(registry);
    private final RequestMetrics requests = new RequestMetrics(registry);

    /**
     * The metrics of a kubelet that has done nothing yet.
     *
     * @param nodeName of its node
     */
    public KubeletMetrics(String nodeName) {
        gauge("kubelet_node_name", "The node's name. The count is always 1.", "node")
                .labelValues(nodeName)
                .set(1);
        gauge(
                        "kubernetes_build_info",
                        "A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree"
                                + " state, build date, Go version, and compiler from which Kubernetes was built, and"
                                + " platform on which it is running.",
                        "major",
                        "minor",
                        "git_version",
                        "go_version",
                        "platform")
                .labelValues(
                        "1",
                        "36",
                        VERSION,
                        "java" + Runtime.version().feature(),
                        "linux/" + System.getProperty("os.arch"))
                .set(1);
        ProcessMetrics.register(registry);
    }

    /** What is here at the moment. */
    public record Counts(
            long desiredPods, long activePods, long runningSandboxes, Map<String, Long> containersByState) {
        public Counts {
            containersByState = Map.copyOf(containersByState);
        }
    }

    /** Registers the counts of pods and containers, which are taken at each scrape. Called once. */
    public void count(Supplier<Counts> counts) {
        GaugeWithCallback.builder()
                .name("kubelet_running_pods")
                .help("Number of pods that have a running pod sandbox")
                .callback(gauge -> gauge.call(counts.get().runningSandboxes()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("kubelet_running_containers")
                .help("Number of containers currently running")
                .labelNames("container_state")
                .callback(gauge -> counts.get().containersByState().forEach((state, count) -> gauge.call(count, state)))
                .register(registry);
        GaugeWithCallback.builder()
                .name("kubelet_desired_pods")
                .help("The number of pods the kubelet is being instructed to run. static is true if the pod is not from"
                        + " the apiserver.")
                .labelNames("static")
                .callback(gauge -> gauge.call(counts.get().desiredPods(), ""))
                .register(registry);
        GaugeWithCallback.builder()
                .name("kubelet_active_pods")
                .help(
                        "The number of pods the kubelet considers active and which are being considered when admitting new"
                                + " pods. static is true if the pod is not from the apiserver.")
                .labelNames("static")
                .callback(gauge -> gauge.call(counts.get().activePods(), ""))
                .register(registry);
    }

    /** Registers what the volumes of claims use, which is asked for at each scrape. Called once. */
    public void volumes(Supplier<Map<NodeStats.ClaimName, FilesystemUsage>> claims) {
        volumes("capacity_bytes", "Capacity in bytes of the volume", claims, FilesystemUsage::capacityBytes);
        volumes("available_bytes", "Number of available bytes in the volume", claims, FilesystemUsage::availableBytes);
        volumes("used_bytes", "Number of used bytes in the volume", claims, FilesystemUsage::usedBytes);
        volumes("inodes", "Maximum number of inodes in the volume", claims, FilesystemUsage::inodes);
        volumes("inodes_free", "Number of free inodes in the volume", claims, FilesystemUsage::inodesFree);
        volumes("inodes_used", "Number of used inodes in the volume", claims, FilesystemUsage::inodesUsed);
    }

    private void volumes(
            String name,
            String help,
            Supplier<Map<NodeStats.ClaimName, FilesystemUsage>> claims,
            ToLongFunction<FilesystemUsage> value) {
        GaugeWithCallback.builder()
                .name("kubelet_volume_stats_" + name)
                .help(help)
                .labelNames("namespace", "persistentvolumeclaim")
                .callback(gauge -> claims.get()
                        .forEach((claim, usage) ->
                                gauge.call(value.applyAsLong(usage), claim.namespace(), claim.name())))
                .register(registry);
    }

    /** The version of the machine's control groups, 1 or 2. */
    public void cgroupVersion(int version) {
        gauge("kubelet_cgroup_version", "cgroup version on the hosts.").set(version);
    }

    private Gauge gauge(String name, String help, String... labels) {
        return Gauge.builder().name(name).help(help).labelNames(labels).register(registry);
    }

    /** A runtime that counts and times what is asked of {@code of}. */
    public ContainerRuntime metered(ContainerRuntime of) {
        return new MeteredRuntime(of, runtime);
    }

    public PodMetrics pods() {
        return pods;
    }

    public DeviceMetrics devices() {
        return devices;
    }

    public ProbeMetrics probes() {
        return probes;
    }

    public RequestMetrics requests() {
        return requests;
    }

    /** What {@code /metrics} serves. */
    public byte[] text() {
        return MetricsText.of(registry);
    }
}
