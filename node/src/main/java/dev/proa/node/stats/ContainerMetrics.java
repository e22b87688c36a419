package dev.proa.node.stats;

import dev.proa.node.cri.ContainerRuntime.Resources;
import dev.proa.node.stats.PodSample.Measured;
import dev.proa.node.usage.CpuUsage;
import dev.proa.node.usage.FilesystemUsage;
import dev.proa.node.usage.InterfaceUsage;
import dev.proa.node.usage.MemoryUsage;
import dev.proa.node.usage.ResourceUsage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * What {@code /metrics/cadvisor} serves: the node, its pods and their containers, under the names and labels of cAdvisor. The node has the id
 * {@code /} and nothing else, a pod no container, image and name.
 */
final class ContainerMetrics {
    private static final double NANOS = 1e9;

    private final Exposition text = new Exposition();
    private final List<Group> groups = new ArrayList<>();
    private final List<PodFigures> pods;

    /**
     * A pod with what has to be asked for apart.
     *
     * @param layers the writable layers of its containers, by their names
     */
    record PodFigures(PodSample sample, Map<String, FilesystemUsage> layers, List<InterfaceUsage> interfaces) {
        String id() {
            return "/kubepods/pod" + sample.uid();
        }
    }

    /** A control group with its labels: names and values in turn. */
    private record Group(String[] labels, Instant time, ResourceUsage usage) {
        String[] and(String... more) {
            String[] all = java.util.Arrays.copyOf(labels, labels.length + more.length);
            System.arraycopy(more, 0, all, labels.length, more.length);
            return all;
        }
    }

    private ContainerMetrics(NodeSample node, List<PodFigures> pods) {
        this.pods = pods;
        groups.add(new Group(labels("", "/", "", "", "", ""), node.time(), node.usage()));
        for (PodFigures pod : pods) {
            groups.add(
                    new Group(podLabels(pod), pod.sample().time(), pod.sample().usage()));
            for (Measured container : pod.sample().containers()) {
                groups.add(new Group(labels(pod, container), container.time(), container.usage()));
            }
        }
    }

    /** The metrics as text. */
    static byte[] text(NodeSample node, Machine machine, List<PodFigures> pods) throws IOException {
        ContainerMetrics metrics = new ContainerMetrics(node, pods);
        metrics.processors();
        metrics.memory();
        metrics.specifications();
        metrics.files();
        metrics.network(node, machine);
        metrics.machine(node, machine);
        return metrics.text.bytes();
    }

    private static String[] labels(
            String container, String id, String image, String name, String namespace, String pod) {
        return new String[] {
            "container", container, "id", id, "image", image, "name", name, "namespace", namespace, "pod", pod
        };
    }

    private static String[] podLabels(PodFigures pod) {
        return labels(
                "", pod.id(), "", "", pod.sample().namespace(), pod.sample().name());
    }

    private static String[] labels(PodFigures pod, Measured container) {
        return labels(
                container.name(),
                pod.id() + "/" + container.id(),
                container.status().config().image(),
                container.id(),
                pod.sample().namespace(),
                pod.sample().name());
    }

    private void processors() {
        Exposition.Family total =
                text.family("container_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed in seconds.");
        groups.forEach(group ->
                total.sample(group.usage().cpu().nanoseconds() / NANOS, group.time(), group.and("cpu", "total")));
        cpu(
                "container_cpu_user_seconds_total",
                "Cumulative user cpu time consumed in seconds.",
                cpu -> cpu.userNanoseconds() / NANOS);
        cpu(
                "container_cpu_system_seconds_total",
                "Cumulative system cpu time consumed in seconds.",
                cpu -> cpu.systemNanoseconds() / NANOS);
        cpu("container_cpu_cfs_periods_total", "Number of elapsed enforcement period intervals.", CpuUsage::periods);
        cpu(
                "container_cpu_cfs_throttled_periods_total",
                "Number of throttled period intervals.",
                CpuUsage::throttledPeriods);
        cpu(
                "container_cpu_cfs_throttled_seconds_total",
                "Total time duration the container has been throttled.",
                cpu -> cpu.throttledNanoseconds() / NANOS);
        Exposition.Family processes =
                text.family("container_processes", "gauge", "Number of processes running inside the container.");
        groups.forEach(group -> processes.sample(group.usage().processes(), group.time(), group.labels()));
    }

    private void cpu(String name, String help, ToDoubleFunction<CpuUsage> value) {
        Exposition.Family family = text.family(name, "counter", help);
        groups.forEach(group -> family.sample(value.applyAsDouble(group.usage().cpu()), group.time(), group.labels()));
    }

    private void memory() {
        memory(
                "container_memory_usage_bytes",
                "gauge",
                "Current memory usage in bytes, including all memory regardless of when it was accessed",
                MemoryUsage::usageBytes);
        memory(
                "container_memory_working_set_bytes",
                "gauge",
                "Current working set in bytes.",
                MemoryUsage::workingSetBytes);
        memory("container_memory_rss", "gauge", "Size of RSS in bytes.", MemoryUsage::rssBytes);
        memory("container_memory_cache", "gauge", "Number of bytes of page cache memory.", MemoryUsage::cacheBytes);
        memory(
                "container_memory_mapped_file",
                "gauge",
                "Size of memory mapped files in bytes.",
                MemoryUsage::mappedFileBytes);
        memory("container_memory_swap", "gauge", "Container swap usage in bytes.", MemoryUsage::swapBytes);
        memory(
                "container_memory_max_usage_bytes",
                "gauge",
                "Maximum memory usage recorded in bytes",
                MemoryUsage::peakBytes);
        memory("container_memory_failcnt", "counter", "Number of memory usage hits limits", MemoryUsage::limitHits);
        Exposition.Family faults = text.family(
                "container_memory_failures_total", "counter", "Cumulative count of memory allocation failures.");
        for (Group group : groups) {
            MemoryUsage memory = group.usage().memory();
            faults.sample(
                    memory.pageFaults(), group.time(), group.and("failure_type", "pgfault", "scope", "hierarchy"));
            faults.sample(
                    memory.majorPageFaults(),
                    group.time(),
                    group.and("failure_type", "pgmajfault", "scope", "hierarchy"));
        }
    }

    private void memory(String name, String type, String help, ToLongFunction<MemoryUsage> value) {
        Exposition.Family family = text.family(name, type, help);
        groups.forEach(group -> family.sample(value.applyAsLong(group.usage().memory()), group.time(), group.labels()));
    }

    private interface EachContainer {
        void accept(Measured container, String[] labels, Resources resources);
    }

    private void forEachContainer(EachContainer action) {
        for (PodFigures pod : pods) {
            for (Measured container : pod.sample().containers()) {
                action.accept(
                        container,
                        labels(pod, container),
                        container.status().config().resources());
            }
        }
    }

    private void specifications() {
        Exposition.Family shares = text.family("container_spec_cpu_shares", "gauge", "CPU share of the container.");
        forEachContainer(
                (container, labels, resources) -> shares.sample(resources.cpuShares(), container.time(), labels));
        Exposition.Family period = text.family("container_spec_cpu_period", "gauge", "CPU period of the container.");
        forEachContainer(
                (container, labels, resources) -> period.sample(resources.cpuPeriodMicros(), container.time(), labels));
        Exposition.Family quota = text.family("container_spec_cpu_quota", "gauge", "CPU quota of the container.");
        forEachContainer((container, labels, resources) -> {
            if (resources.cpuQuotaMicros() > 0) {
                quota.sample(resources.cpuQuotaMicros(), container.time(), labels);
            }
        });
        Exposition.Family limit =
                text.family("container_spec_memory_limit_bytes", "gauge", "Memory limit for the container.");
        forEachContainer(
                (container, labels, resources) -> limit.sample(resources.memoryLimitBytes(), container.time(), labels));
        Exposition.Family start = text.family(
                "container_start_time_seconds", "gauge", "Start time of the container since unix epoch in seconds.");
        forEachContainer((container, labels, resources) ->
                start.sample(container.startedAt().toEpochMilli() / 1e3, container.time(), labels));
        Exposition.Family seen =
                text.family("container_last_seen", "gauge", "Last time a container was seen by the exporter");
        forEachContainer((container, labels, resources) ->
                seen.sample(container.time().getEpochSecond(), container.time(), labels));
    }

    private void files() {
        files(
                "container_fs_usage_bytes",
                "Number of bytes that are consumed by the container on this filesystem.",
                FilesystemUsage::usedBytes);
        files(
                "container_fs_limit_bytes",
                "Number of bytes that can be consumed by the container on this filesystem.",
                FilesystemUsage::capacityBytes);
        files("container_fs_inodes_total", "Number of Inodes", FilesystemUsage::inodes);
        files("container_fs_inodes_free", "Number of available Inodes", FilesystemUsage::inodesFree);
    }

    private void files(String name, String help, ToLongFunction<FilesystemUsage> value) {
        Exposition.Family family = text.family(name, "gauge", help);
        for (PodFigures pod : pods) {
            for (Measured container : pod.sample().containers()) {
                FilesystemUsage usage = pod.layers().get(container.name());
                if (usage != null && usage.capacityBytes() > 0) {
                    Group group = new Group(labels(pod, container), container.time(), container.usage());
                    family.sample(value.applyAsLong(usage), group.time(), group.and("device", "overlay"));
                }
            }
        }
    }

    private void network(NodeSample node, Machine machine) throws IOException {
        List<InterfaceUsage> own = machine.interfaces();
        network(node, own, "receive_bytes", "Cumulative count of bytes received", InterfaceUsage::receivedBytes);
        network(node, own, "receive_packets", "Cumulative count of packets received", InterfaceUsage::receivedPackets);
        network(
                node,
                own,
                "receive_errors",
                "Cumulative count of errors encountered while receiving",
                InterfaceUsage::receiveErrors);
        network(
                node,
                own,
                "receive_packets_dropped",
                "Cumulative count of packets dropped while receiving",
                InterfaceUsage::receiveDropped);
        network(node, own, "transmit_bytes", "Cumulative count of bytes transmitted", InterfaceUsage::sentBytes);
        network(node, own, "transmit_packets", "Cumulative count of packets transmitted", InterfaceUsage::sentPackets);
        network(
                node,
                own,
                "transmit_errors",
                "Cumulative count of errors encountered while transmitting",
                InterfaceUsage::sendErrors);
        network(
                node,
                own,
                "transmit_packets_dropped",
                "Cumulative count of packets dropped while transmitting",
                InterfaceUsage::sendDropped);
    }

    private void network(
            NodeSample node, List<InterfaceUsage> own, String what, String help, ToLongFunction<InterfaceUsage> value) {
        Exposition.Family family = text.family("container_network_" + what + "_total", "counter", help);
        Group machine = groups.getFirst();
        for (InterfaceUsage usage : own) {
            family.sample(value.applyAsLong(usage), node.time(), machine.and("interface", usage.name()));
        }
        for (PodFigures pod : pods) {
            Group group =
                    new Group(podLabels(pod), pod.sample().time(), pod.sample().usage());
            for (InterfaceUsage usage : pod.interfaces()) {
                family.sample(value.applyAsLong(usage), group.time(), group.and("interface", usage.name()));
            }
        }
    }

    private void machine(NodeSample node, Machine machine) {
        text.family("machine_cpu_cores", "gauge", "Number of logical CPU cores.")
                .sample(machine.processors(), node.time());
        text.family("machine_memory_bytes", "gauge", "Amount of memory installed on the machine.")
                .sample(node.usage().memory().limitBytes(), node.time());
        text.family(
                        "container_scrape_error",
                        "gauge",
                        "1 if there was an error while getting container metrics, 0 otherwise")
                .sample(0, null);
    }
}
