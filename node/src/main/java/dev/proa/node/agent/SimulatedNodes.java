package dev.proa.node.agent;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.Quantity;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.supervision.Supervisor;
import dev.proa.node.kubelet.Kubelet;
import dev.proa.node.kubelet.NodeRegistration;
import dev.proa.node.kubelet.PodSource;
import dev.proa.node.kubelet.pod.KubeletNode;
import dev.proa.node.kubelet.volume.LocalVolumes;
import dev.proa.node.metrics.KubeletMetrics;
import dev.proa.node.simulated.SimulatedRuntime;
import dev.proa.node.stats.NodeStats;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Starts simulated nodes: any number of them in one process, sharing one informer of pods. Each is an imaginary machine
 * of 32 processors and 256 GiB.
 */
public final class SimulatedNodes {
    private static final long MEMORY = 256L << 30;
    private static final int PROCESSORS = 32;
    private static final long DISK = 100L << 30;

    private final Function<String, Client> clients;
    private final PodSource pods;
    private final Informer<Service> services;
    private final Path directory;
    private final String clusterDomain;
    private final String clusterDns;
    private final Supervisor supervisor;
    private final Clock clock;
    /** What gives the metrics of a node, by its name. */
    private final Map<String, Supplier<byte[]>> started = new ConcurrentHashMap<>();
    /** Nobody reads them: simulated nodes have no server. */
    private final KubeletMetrics metrics = new KubeletMetrics("simulated");

    /**
     * @param clients makes a client that acts as the node of a name
     * @param pods of all nodes
     * @param clusterDns the address of the DNS service
     */
    public SimulatedNodes(
            Function<String, Client> clients,
            PodSource pods,
            Informer<Service> services,
            Path directory,
            String clusterDomain,
            String clusterDns,
            Supervisor supervisor,
            Clock clock) {
        this.clusterDomain = clusterDomain;
        this.clusterDns = clusterDns;
        this.clients = clients;
        this.pods = pods;
        this.services = services;
        this.directory = directory;
        this.supervisor = supervisor;
        this.clock = clock;
    }

    /**
     * Starts a node; returns once it is registered.
     *
     * @param address of the node, which leads nowhere
     * @param podRange for the addresses of its pods, which lead nowhere either
     * @return closes the node
     */
    public AutoCloseable start(String name, String address, String podRange, long seed) throws InterruptedException {
        Client client = clients.apply(name);
        SimulatedRuntime runtime = new SimulatedRuntime(clock, podRange, new SplittableRandom(seed));
        Map<String, Quantity> capacity = NodeObjects.capacity(MEMORY, PROCESSORS, DISK);
        KubeletNode info = new KubeletNode(
                name, address, List.of(clusterDns), clusterDomain, MEMORY, NodeObjects.allocatable(capacity));
        NodeRegistration registration = new NodeRegistration(
                client,
                NodeObjects.withPodRange(
                        NodeObjects.node(
                                name,
                                address,
                                runtime.version(),
                                0,
                                capacity,
                                Set.of(),
                                LocalVolumes.in(directory.toAbsolutePath().resolve(name))),
                        podRange),
                supervisor,
                clock);
        Kubelet kubelet = new Kubelet(
                client,
                runtime,
                info,
                pods,
                services,
                directory.resolve(name),
                registration,
                supervisor,
                clock,
                new SplittableRandom(seed + 1),
                metrics);
        kubelet.start();
        NodeStats stats = new NodeStats(
                runtime, kubelet, new SimulatedMachine(name, clock.instant(), PROCESSORS, runtime), clock);
        started.put(name, () -> {
            runtime.annotate(kubelet.pods().stream().collect(Collectors.toMap(Pod::uid, Pod::annotations)));
            return stats.resourceMetrics();
        });
        return () -> {
            started.remove(name);
            kubelet.close();
            runtime.close();
        };
    }

    /**
     * What {@code /metrics/resource} of a node's kubelet would serve if it had a server; null when no such node was started here. Pods use
     * what their annotations say at this moment.
     */
    public byte @Nullable [] resourceMetrics(String node) {
        Supplier<byte[]> metrics = started.get(node);
        return metrics == null ? null : metrics.get();
    }
}
