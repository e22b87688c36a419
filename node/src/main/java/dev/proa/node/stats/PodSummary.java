package dev.proa.node.stats;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.node.stats.PodSample.Measured;
import dev.proa.node.usage.FilesystemUsage;
import dev.proa.node.usage.InterfaceUsage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pod as {@code /stats/summary} tells it.
 *
 * @param pod null when the kubelet does not know it any more
 * @param rates of the pod and its containers
 */
record PodSummary(PodSample sample, @Nullable Pod pod, CpuRates rates) {
    /**
     * What its files use.
     *
     * @param layers the writable layers of the containers, by their names
     * @param root the file system of the node
     */
    record Files(Instant time, PodStorage storage, Map<String, FilesystemUsage> layers, FilesystemUsage root) {}

    /** Processor time and memory alone. */
    MapValue withoutFiles() {
        return summary(null, List.of());
    }

    /** Everything. */
    MapValue full(Files files, List<InterfaceUsage> interfaces) {
        return summary(files, interfaces);
    }

    private MapValue summary(@Nullable Files files, List<InterfaceUsage> interfaces) {
        List<MapValue> containers = new ArrayList<>(sample.containers().size());
        for (Measured container : sample.containers()) {
            containers.add(container(container, files));
        }
        Instant started = pod == null ? null : pod.status().startTime();
        MapValue.Builder summary = MapValue.builder()
                .put("podRef", MapValue.of("name", sample.name(), "namespace", sample.namespace(), "uid", sample.uid()))
                .put(
                        "startTime",
                        Times.format(started == null ? sample.sandbox().createdAt() : started))
                .put("containers", ListValue.copyOf(containers))
                .put("cpu", Summary.cpu(sample.time(), sample.usage(), rate()))
                .put("memory", Summary.memory(sample.time(), sample.usage()))
                .putIfPresent("network", Summary.network(sample.time(), interfaces))
                .put("swap", Summary.swap(sample.time(), sample.usage()))
                .put(
                        "process_stats",
                        MapValue.of("process_count", sample.usage().processes()));
        if (files != null) {
            ListValue volumes = volumes(files);
            summary.putIfPresent("volume", volumes.isEmpty() ? null : volumes)
                    .put("ephemeral-storage", Summary.filesystem(files.time(), ephemeral(files)));
        }
        return summary.build();
    }

    private MapValue container(Measured container, @Nullable Files files) {
        MapValue.Builder summary = MapValue.builder()
                .put("name", container.name())
                .put("startTime", Times.format(container.startedAt()))
                .put("cpu", Summary.cpu(container.time(), container.usage(), rate(container)))
                .put("memory", Summary.memory(container.time(), container.usage()))
                .put("swap", Summary.swap(container.time(), container.usage()));
        if (files != null) {
            summary.putIfPresent("rootfs", filesystem(files, files.layers().get(container.name())))
                    .putIfPresent(
                            "logs", filesystem(files, files.storage().logs().get(container.name())));
        }
        return summary.build();
    }

    private static @Nullable MapValue filesystem(Files files, @Nullable FilesystemUsage usage) {
        return usage == null ? null : Summary.filesystem(files.time(), usage);
    }

    private ListValue volumes(Files files) {
        Map<String, Volume> declared = new HashMap<>();
        if (pod != null) {
            pod.spec().volumes().forEach(volume -> declared.put(volume.name(), volume));
        }
        List<MapValue> volumes = new ArrayList<>();
        files.storage().volumes().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> {
                    MapValue volume =
                            Summary.filesystem(files.time(), entry.getValue()).with("name", entry.getKey());
                    MapValue claim = claim(declared.get(entry.getKey()));
                    volumes.add(claim == null ? volume : volume.with("pvcRef", claim));
                });
        return ListValue.copyOf(volumes);
    }

    private @Nullable MapValue claim(@Nullable Volume volume) {
        String name = volume == null ? null : claimName(sample.name(), volume);
        return name == null ? null : MapValue.of("name", name, "namespace", sample.namespace());
    }

    /** The claim that a volume of a pod is of; null for none. */
    static @Nullable String claimName(String pod, Volume volume) {
        if (volume.hasEphemeral()) {
            return pod + "-" + volume.name();
        }
        return volume.hasPersistentVolumeClaim()
                ? volume.persistentVolumeClaim().claimName()
                : null;
    }

    /** Writable layers, logs, and those volumes that are on the node's disk. */
    private FilesystemUsage ephemeral(Files files) {
        long bytes = 0;
        long inodes = 0;
        List<FilesystemUsage> parts = new ArrayList<>(files.layers().values());
        parts.addAll(files.storage().logs().values());
        if (pod != null) {
            for (Volume volume : pod.spec().volumes()) {
                FilesystemUsage usage = files.storage().volumes().get(volume.name());
                if (usage != null && isEphemeral(volume)) {
                    parts.add(usage);
                }
            }
        }
        for (FilesystemUsage part : parts) {
            bytes = saturatedAdd(bytes, part.usedBytes());
            inodes = saturatedAdd(inodes, part.inodesUsed());
        }
        return files.root().withUse(bytes, inodes);
    }

    /** A tree that is too deep to be measured counts {@link Long#MAX_VALUE}. */
    private static long saturatedAdd(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    private static boolean isEphemeral(Volume volume) {
        boolean memory = volume.hasEmptyDir() && volume.emptyDir().medium().equals("Memory");
        return !memory && !volume.hasPersistentVolumeClaim() && !volume.hasEphemeral();
    }

    private long rate() {
        return rates.rate(
                sample.sandbox().id(), sample.time(), sample.usage().cpu().nanoseconds());
    }

    private long rate(Measured container) {
        return rates.rate(
                container.id(), container.time(), container.usage().cpu().nanoseconds());
    }
}
