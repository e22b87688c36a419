package dev.proa.node.stats;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.value.MapValue;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.stats.PodSample.Measured;
import dev.proa.node.usage.FilesystemUsage;
import dev.proa.node.usage.InterfaceUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures a node and what runs there, whenever somebody asks. Thread-safe. */
public final class NodeStats {
    private static final Logger LOG = LoggerFactory.getLogger(NodeStats.class);

    private final ContainerRuntime runtime;
    private final PodSampler sampler;
    private final PodDetails details;
    private final Machine machine;
    private final InstantSource clock;
    private final CpuRates rates = new CpuRates();
    private final StorageCache<PodStorage> storages;
    private final StorageCache<FilesystemUsage> layers;

    /**
     * Measures one node.
     *
     * @param details of the pods, as its kubelet knows them
     * @param machine the node without its pods
     */
    public NodeStats(ContainerRuntime runtime, PodDetails details, Machine machine, InstantSource clock) {
        this.runtime = runtime;
        this.sampler = new PodSampler(runtime, clock);
        this.details = details;
        this.machine = machine;
        this.clock = clock;
        this.storages = new StorageCache<>(clock);
        this.layers = new StorageCache<>(clock);
    }

    /** What {@code /metrics/resource} serves. */
    public byte[] resourceMetrics() {
        try {
            NodeSample node = node();
            return ResourceMetrics.text(node, sample(node));
        } catch (IOException | RuntimeFailure e) {
            LOG.warn("The node's use of resources could not be measured", e);
            return ResourceMetrics.failed();
        }
    }

    /**
     * What {@code /metrics/cadvisor} serves.
     *
     * @throws UncheckedIOException when the node cannot be measured
     */
    public byte[] cadvisorMetrics() {
        return measure(() -> {
            NodeSample node = node();
            List<ContainerMetrics.PodFigures> pods = new ArrayList<>();
            for (PodSample sample : sample(node)) {
                pods.add(new ContainerMetrics.PodFigures(sample, layers(sample), interfaces(sample)));
            }
            return ContainerMetrics.text(node, machine, pods);
        });
    }

    /**
     * What {@code /stats/summary} serves.
     *
     * @param onlyCpuAndMemory without what takes time to measure
     * @throws UncheckedIOException when the node cannot be measured
     */
    public MapValue summary(boolean onlyCpuAndMemory) {
        return measure(() -> {
            NodeSample node = node();
            List<PodSample> samples = sample(node);
            Map<String, Pod> known = details.pods().stream()
                    .collect(Collectors.toMap(Pod::uid, Function.identity(), (one, other) -> one));
            List<MapValue> pods = new ArrayList<>(samples.size());
            FilesystemUsage root = onlyCpuAndMemory ? null : machine.rootFilesystem();
            for (PodSample sample : samples) {
                Pod pod = known.get(sample.uid());
                PodSummary summary = new PodSummary(sample, pod, rates);
                pods.add(
                        root == null
                                ? summary.withoutFiles()
                                : summary.full(files(sample, pod, root), interfaces(sample)));
            }
            return new NodeSummary(node, machine, rates).summary(runtime, root, pods);
        });
    }

    /**
     * What the volumes of claims use, for {@code /metrics}.
     *
     * @throws UncheckedIOException when they cannot be measured
     */
    public Map<ClaimName, FilesystemUsage> claims() {
        return measure(() -> {
            Map<ClaimName, FilesystemUsage> claims = new HashMap<>();
            for (Pod pod : details.pods()) {
                for (Volume volume : pod.spec().volumes()) {
                    String claim = PodSummary.claimName(pod.name(), volume);
                    FilesystemUsage usage = claim == null
                            ? null
                            : storages.get(pod.uid(), () -> details.storage(pod))
                                    .value()
                                    .volumes()
                                    .get(volume.name());
                    if (usage != null && claim != null) {
                        claims.put(new ClaimName(pod.namespace(), claim), usage);
                    }
                }
            }
            return claims;
        });
    }

    private static <T> T measure(StorageCache.Measurement<T> measurement) {
        try {
            return measurement.take();
        } catch (IOException e) {
            throw new UncheckedIOException("the node could not be measured: " + e.getMessage(), e);
        }
    }

    /** The name of a persistent volume claim. */
    public record ClaimName(String namespace, String name) {}

    private NodeSample node() throws IOException {
        return new NodeSample(clock.instant(), machine.usage());
    }

    /** Samples of all pods; each time, rates are computed anew, and what is gone is forgotten. */
    private List<PodSample> sample(NodeSample node) {
        List<PodSample> samples = sampler.sample();
        Set<String> keys = new HashSet<>(Set.of(NodeSummary.NODE, NodeSummary.PODS));
        Set<String> uids = new HashSet<>();
        rates.rate(NodeSummary.NODE, node.time(), node.usage().cpu().nanoseconds());
        for (PodSample sample : samples) {
            uids.add(sample.uid());
            keys.add(sample.sandbox().id());
            rates.rate(
                    sample.sandbox().id(), sample.time(), sample.usage().cpu().nanoseconds());
            for (Measured container : sample.containers()) {
                keys.add(container.id());
                rates.rate(
                        container.id(),
                        container.time(),
                        container.usage().cpu().nanoseconds());
            }
        }
        rates.keepOnly(keys);
        storages.keepOnly(uids);
        layers.keepOnly(keys);
        return samples;
    }

    private PodSummary.Files files(PodSample sample, @Nullable Pod pod, FilesystemUsage root) throws IOException {
        StorageCache.Entry<PodStorage> storage =
                storages.get(sample.uid(), () -> pod == null ? PodStorage.NONE : details.storage(pod));
        return new PodSummary.Files(storage.time(), storage.value(), layers(sample), root);
    }

    /** The writable layers of a pod's containers, by their names; without those that have gone meanwhile. */
    private Map<String, FilesystemUsage> layers(PodSample sample) throws IOException {
        Map<String, FilesystemUsage> byName = new HashMap<>();
        for (Measured container : sample.containers()) {
            try {
                byName.put(
                        container.name(),
                        layers.get(container.id(), () -> runtime.writableLayerUsage(container.id()))
                                .value());
            } catch (RuntimeFailure e) {
                LOG.debug("The files of container {} could not be measured", container.id(), e);
            }
        }
        return byName;
    }

    /** The interfaces of a pod; none when it has gone meanwhile. */
    private List<InterfaceUsage> interfaces(PodSample sample) {
        try {
            return runtime.podSandboxInterfaces(sample.sandbox().id());
        } catch (RuntimeFailure e) {
            LOG.debug("The network of pod {} could not be measured", sample.name(), e);
            return List.of();
        }
    }
}
