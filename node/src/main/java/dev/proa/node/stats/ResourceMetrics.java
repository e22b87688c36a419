package dev.proa.node.stats;

import dev.proa.node.stats.PodSample.Measured;
import java.util.List;

/** What {@code /metrics/resource} serves: processor time and working sets of node, pods and containers (KEP-727). */
final class ResourceMetrics {
    private static final double NANOS = 1e9;

    private ResourceMetrics() {}

    /** The metrics as text. */
    static byte[] text(NodeSample node, List<PodSample> pods) {
        Exposition text = new Exposition();
        containers(text, pods);
        text.family(
                        "node_cpu_usage_seconds_total",
                        "counter",
                        "Cumulative cpu time consumed by the node in core-seconds")
                .sample(node.usage().cpu().nanoseconds() / NANOS, node.time());
        text.family("node_memory_working_set_bytes", "gauge", "Current working set of the node in bytes")
                .sample(node.usage().memory().workingSetBytes(), node.time());
        text.family(
                        "node_swap_usage_bytes",
                        "gauge",
                        "Current swap usage of the node in bytes. Reported only on non-windows systems")
                .sample(node.usage().memory().swapBytes(), node.time());
        pods(text, pods);
        text.family(
                        "resource_scrape_error",
                        "gauge",
                        "1 if there was an error while getting container metrics, 0 otherwise")
                .sample(0, null);
        return text.bytes();
    }

    /** The metrics when nothing could be measured. */
    static byte[] failed() {
        Exposition text = new Exposition();
        text.family(
                        "resource_scrape_error",
                        "gauge",
                        "1 if there was an error while getting container metrics, 0 otherwise")
                .sample(1, null);
        return text.bytes();
    }

    private static void containers(Exposition text, List<PodSample> pods) {
        Exposition.Family cpu = text.family(
                "container_cpu_usage_seconds_total",
                "counter",
                "Cumulative cpu time consumed by the container in core-seconds");
        forEach(
                pods,
                (pod, container) -> cpu.sample(
                        container.usage().cpu().nanoseconds() / NANOS, container.time(), labels(pod, container)));
        Exposition.Family memory = text.family(
                "container_memory_working_set_bytes", "gauge", "Current working set of the container in bytes");
        forEach(
                pods,
                (pod, container) -> memory.sample(
                        container.usage().memory().workingSetBytes(), container.time(), labels(pod, container)));
        Exposition.Family start = text.family(
                "container_start_time_seconds", "gauge", "Start time of the container since unix epoch in seconds");
        forEach(
                pods,
                (pod, container) ->
                        start.sample(container.startedAt().toEpochMilli() / 1e3, null, labels(pod, container)));
        Exposition.Family swap = text.family(
                "container_swap_usage_bytes",
                "gauge",
                "Current amount of the container swap usage in bytes. Reported only on non-windows systems");
        forEach(
                pods,
                (pod, container) ->
                        swap.sample(container.usage().memory().swapBytes(), container.time(), labels(pod, container)));
    }

    private static void pods(Exposition text, List<PodSample> pods) {
        Exposition.Family cpu = text.family(
                "pod_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed by the pod in core-seconds");
        pods.forEach(pod -> cpu.sample(pod.usage().cpu().nanoseconds() / NANOS, pod.time(), labels(pod)));
        Exposition.Family memory =
                text.family("pod_memory_working_set_bytes", "gauge", "Current working set of the pod in bytes");
        pods.forEach(pod -> memory.sample(pod.usage().memory().workingSetBytes(), pod.time(), labels(pod)));
        Exposition.Family swap = text.family(
                "pod_swap_usage_bytes",
                "gauge",
                "Current amount of the pod swap usage in bytes. Reported only on non-windows systems");
        pods.forEach(pod -> swap.sample(pod.usage().memory().swapBytes(), pod.time(), labels(pod)));
    }

    private interface Each {
        void accept(PodSample pod, Measured container);
    }

    private static void forEach(List<PodSample> pods, Each action) {
        for (PodSample pod : pods) {
            for (Measured container : pod.containers()) {
                action.accept(pod, container);
            }
        }
    }

    private static String[] labels(PodSample pod, Measured container) {
        return new String[] {"container", container.name(), "namespace", pod.namespace(), "pod", pod.name()};
    }

    private static String[] labels(PodSample pod) {
        return new String[] {"namespace", pod.namespace(), "pod", pod.name()};
    }
}
