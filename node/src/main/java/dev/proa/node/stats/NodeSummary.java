package dev.proa.node.stats;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ImageService;
import dev.proa.node.usage.FilesystemUsage;
import dev.proa.node.usage.ResourceUsage;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node as {@code /stats/summary} tells it, with its pods. */
record NodeSummary(NodeSample sample, Machine machine, CpuRates rates) {
    /** Under what the rate of the node is kept. */
    static final String NODE = "node";
    /** Under what the rate of all its pods together is kept, and the name of the container that stands for them. */
    static final String PODS = "pods";

    /**
     * The whole summary.
     *
     * @param root the file system of the node; null for processor time and memory alone
     */
    MapValue summary(ContainerRuntime runtime, @Nullable FilesystemUsage root, List<MapValue> pods) throws IOException {
        Instant time = sample.time();
        ResourceUsage usage = sample.usage();
        MapValue.Builder node = MapValue.builder()
                .put("nodeName", machine.nodeName())
                .put("systemContainers", ListValue.of(allPods(runtime)))
                .put("startTime", Times.format(machine.bootTime()))
                .put("cpu", cpu(NODE, time, usage))
                .put("memory", Summary.memory(time, usage))
                .put("swap", Summary.swap(time, usage));
        if (root != null) {
            MapValue images = Summary.filesystem(time, images(runtime));
            node.putIfPresent("network", Summary.network(time, machine.interfaces()))
                    .put("fs", Summary.filesystem(time, root))
                    .put("runtime", MapValue.of("imageFs", images, "containerFs", images))
                    .put(
                            "rlimit",
                            MapValue.of(
                                    "time",
                                    Times.format(time),
                                    "maxpid",
                                    machine.mostProcesses(),
                                    "curproc",
                                    usage.processes()));
        }
        return MapValue.of("node", node.build(), "pods", ListValue.copyOf(pods));
    }

    private MapValue allPods(ContainerRuntime runtime) throws IOException {
        Instant time = sample.time();
        ResourceUsage usage = runtime.podsStats();
        return MapValue.of(
                "name",
                PODS,
                "startTime",
                Times.format(machine.bootTime()),
                "cpu",
                cpu(PODS, time, usage),
                "memory",
                Summary.memory(time, usage),
                "swap",
                Summary.swap(time, usage));
    }

    private MapValue cpu(String key, Instant time, ResourceUsage usage) {
        return Summary.cpu(time, usage, rates.rate(key, time, usage.cpu().nanoseconds()));
    }

    /** The file system of images, of which they use their sizes. */
    private static FilesystemUsage images(ContainerRuntime runtime) {
        FilesystemUsage whole = runtime.imageFilesystem();
        long bytes = runtime.images().list().stream()
                .mapToLong(ImageService.Image::sizeBytes)
                .sum();
        return whole.withUse(bytes, whole.inodesUsed());
    }
}
