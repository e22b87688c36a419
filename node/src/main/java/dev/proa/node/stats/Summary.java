package dev.proa.node.stats;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.node.usage.FilesystemUsage;
import dev.proa.node.usage.InterfaceUsage;
import dev.proa.node.usage.MemoryUsage;
import dev.proa.node.usage.ResourceUsage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parts of {@code /stats/summary}, by the names of {@code stats/v1alpha1}. */
final class Summary {
    private static final String DEFAULT_INTERFACE = "eth0";

    private Summary() {}

    /**
     * {@code CPUStats}.
     *
     * @param rate billionths of a processor in use
     */
    static MapValue cpu(Instant time, ResourceUsage usage, long rate) {
        return MapValue.of(
                "time",
                Times.format(time),
                "usageNanoCores",
                rate,
                "usageCoreNanoSeconds",
                usage.cpu().nanoseconds());
    }

    /** {@code MemoryStats}; what is available is known where there is a limit. */
    static MapValue memory(Instant time, ResourceUsage usage) {
        MemoryUsage memory = usage.memory();
        MapValue.Builder summary = MapValue.builder().put("time", Times.format(time));
        if (memory.limitBytes() > 0) {
            summary.put("availableBytes", Math.max(0, memory.limitBytes() - memory.workingSetBytes()));
        }
        return summary.put("usageBytes", memory.usageBytes())
                .put("workingSetBytes", memory.workingSetBytes())
                .put("rssBytes", memory.rssBytes())
                .put("pageFaults", memory.pageFaults())
                .put("majorPageFaults", memory.majorPageFaults())
                .build();
    }

    /** {@code SwapStats}. */
    static MapValue swap(Instant time, ResourceUsage usage) {
        return MapValue.of(
                "time", Times.format(time), "swapUsageBytes", usage.memory().swapBytes());
    }

    /** {@code FsStats}. */
    static MapValue filesystem(Instant time, FilesystemUsage usage) {
        return MapValue.of(
                "time",
                Times.format(time),
                "availableBytes",
                usage.availableBytes(),
                "capacityBytes",
                usage.capacityBytes(),
                "usedBytes",
                usage.usedBytes(),
                "inodesFree",
                usage.inodesFree(),
                "inodes",
                usage.inodes(),
                "inodesUsed",
                usage.inodesUsed());
    }

    /** {@code NetworkStats}; null without interfaces. */
    static @Nullable MapValue network(Instant time, List<InterfaceUsage> interfaces) {
        if (interfaces.isEmpty()) {
            return null;
        }
        InterfaceUsage main = interfaces.stream()
                .filter(one -> one.name().equals(DEFAULT_INTERFACE))
                .findFirst()
                .orElse(interfaces.getFirst());
        MapValue.Builder network = MapValue.builder().put("time", Times.format(time));
        networkInterface(main).forEach(entry -> network.put(entry.getKey(), entry.getValue()));
        return network.put(
                        "interfaces",
                        ListValue.copyOf(interfaces.stream()
                                .map(Summary::networkInterface)
                                .toList()))
                .build();
    }

    private static MapValue networkInterface(InterfaceUsage usage) {
        return MapValue.of(
                "name",
                usage.name(),
                "rxBytes",
                usage.receivedBytes(),
                "rxErrors",
                usage.receiveErrors(),
                "txBytes",
                usage.sentBytes(),
                "txErrors",
                usage.sendErrors());
    }
}
