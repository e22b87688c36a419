package dev.proa.node.agent;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.LoopGroup;
import dev.proa.client.supervision.Supervisor;
import dev.proa.image.Platform;
import dev.proa.image.registry.MirroredPulls;
import dev.proa.image.registry.RegistryClient;
import dev.proa.image.registry.RegistryCredentials;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import dev.proa.node.cri.ImageService;
import dev.proa.node.kubelet.Kubelet;
import dev.proa.node.kubelet.NodeRegistration;
import dev.proa.node.kubelet.PodSource;
import dev.proa.node.kubelet.pod.KubeletNode;
import dev.proa.node.kubelet.volume.LocalVolumeCleaner;
import dev.proa.node.kubelet.volume.LocalVolumes;
import dev.proa.node.linux.CgroupTree;
import dev.proa.node.linux.Namespaces;
import dev.proa.node.metrics.KubeletMetrics;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.NodeNamespace;
import dev.proa.node.network.PodNetwork;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.sandbox.SandboxRequirements;
import dev.proa.node.sandbox.SandboxRuntime;
import dev.proa.node.sandbox.image.StoredImages;
import dev.proa.node.server.AccessReviews;
import dev.proa.node.server.KubeletServer;
import dev.proa.node.server.NodeLogFiles;
import dev.proa.node.server.NodePods;
import dev.proa.node.services.NodeNetwork;
import dev.proa.node.stats.NodeStats;
import dev.proa.node.usage.FilesystemUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node whose containers are processes of this machine: network, services, DNS, runtime and kubelet together. */
public final class SandboxNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SandboxNode.class);
    /** How often the certificate that a node is given is looked at. */
    private static final Duration LOOK_EACH = Duration.ofSeconds(10);

    private static final int KUBELET_PORT = 10_250;
    /** The label of PersistentVolumes that are provisioned on a node. */
    private static final String VOLUME_NODE = "node.proa.dev/name";

    private final NodeConfig config;
    private final Client client;
    private final Supervisor supervisor;
    private final Clock clock;
    private final KubeletMetrics metrics;
    /** What is open, the last one first. */
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private SandboxNode(NodeConfig config, Client client, Supervisor supervisor, Clock clock) {
        this.config = config;
        this.client = client;
        this.supervisor = supervisor;
        this.clock = clock;
        this.metrics = new KubeletMetrics(config.name());
    }

    /**
     * Starts a node; returns once it is registered.
     *
     * @param supervisor runs the loops of the node
     * @param client that acts as the node: user {@code system:node:NAME} in group {@code system:nodes}
     * @throws IllegalStateException when this machine lacks something; the message says what to do
     */
    public static SandboxNode start(NodeConfig config, Client client, Supervisor supervisor, Clock clock)
            throws InterruptedException {
        SandboxNode node = new SandboxNode(config, client, supervisor, clock);
        try {
            node.assemble();
            return node;
        } catch (IOException e) {
            node.close();
            throw new UncheckedIOException("Node " + config.name() + " could not be started: " + e.getMessage(), e);
        } catch (RuntimeException | InterruptedException e) {
            node.close();
            throw e;
        }
    }

    private void assemble() throws IOException, InterruptedException {
        String name = config.name();
        Cidr range = AwaitApi.podRange(client, NodeObjects.named(name), clock);
        NodeRanges ranges =
                new NodeRanges(range, config.links().podRange(), config.links().serviceRange());
        ranges.write(config.directory());
        NodeNamespace place = config.links().connect(name, config.namespace(), range);
        String address = place.address().getHostAddress();
        NodeNetwork network = opened(openNetwork(place, ranges));
        RegistryClient registry = opened(new RegistryClient(Set.of(), UnpackLimits.of(System.getenv())));
        SandboxRuntime runtime = opened(openRuntime(config, registry, network, clock));
        InformerFactory informers = opened(new InformerFactory(client, supervisor, clock, new SecureRandom()));
        PodSource pods = new PodSource(informers.informer(Pod.KIND, "", ListOptions.fields("spec.nodeName=" + name)));
        Informer<Service> services = informers.informer(Service.KIND);
        Informer<EndpointSlice> slices = informers.informer(EndpointSlice.KIND);
        opened(new LocalVolumeCleaner(
                new LocalVolumes(config.directory().toRealPath()),
                client.resource(PersistentVolume.KIND),
                ListOptions.labels(VOLUME_NODE + "=" + name),
                config.directory().resolve("local-volumes.revision"),
                supervisor));
        informers.start();
        network.follow(services, slices, supervisor, clock);
        AtomicReference<@Nullable Kubelet> started = new AtomicReference<>();
        KubeletServer server = opened(serve(address, place, started, runtime));
        network.reserve(new Port("TCP", server.port()));
        Kubelet kubelet = opened(kubelet(address, pods, services, runtime, network, place, server.port()));
        metrics.count(kubelet::counts);
        CgroupTree.detect().ifPresent(groups -> metrics.cgroupVersion(groups.version()));
        started.set(kubelet);
        kubelet.start();
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.addFirst(part);
        return part;
    }

    private NodeNetwork openNetwork(NodeNamespace place, NodeRanges ranges) throws IOException {
        NodeNetwork.Config wanted = new NodeNetwork.Config(
                config.name(),
                ranges.podNetwork(config.directory(), place),
                config.clusterDomain(),
                config.clusterDns());
        return Namespaces.callIn(place.namespace(), () -> NodeNetwork.open(wanted));
    }

    private static SandboxRuntime openRuntime(
            NodeConfig config, RegistryClient registry, NodeNetwork network, Clock clock) throws IOException {
        ImageStore images = ImageStore.open(config.images());
        MirroredPulls pulls = new MirroredPulls(registry, config.mirror());
        StoredImages stored = StoredImages.open(
                images,
                config.directory().resolve("layers"),
                UnpackLimits.of(System.getenv()),
                (reference, credentials) ->
                        pulls.pull(reference, Platform.host(), registryCredentials(credentials), images));
        return openRuntime(config.directory(), stored, network.pods(), clock);
    }

    /** Opens the runtime of a node over its directory; also used to remove the node. */
    static SandboxRuntime openRuntime(Path directory, StoredImages images, PodNetwork network, Clock clock)
            throws IOException {
        return SandboxRuntime.open(
                new SandboxRuntime.Options(directory.resolve("runtime"), cgroup(directory), true, clock),
                images,
                network);
    }

    /**
     * The parent cgroup of a node's pods. Its name includes a hash of the directory, since clusters of different homes
     * may share a name.
     */
    static String cgroup(Path directory) {
        return "proa/%s.%08x"
                .formatted(
                        directory.getFileName(),
                        directory.toAbsolutePath().toString().hashCode());
    }

    /** @throws UnmetRequirements when this machine cannot run containers whose state lies in {@code directory} */
    public static void require(Path directory) {
        List<SandboxRequirements.Missing> missing;
        try {
            missing = SandboxRequirements.missing(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("This machine could not be looked at: " + e.getMessage(), e);
        }
        if (!missing.isEmpty()) {
            throw new UnmetRequirements("The sandbox runtime lacks something on this machine:\n"
                    + missing.stream().map(lack -> "  - " + lack).collect(Collectors.joining("\n")));
        }
    }

    private Kubelet kubelet(
            String address,
            PodSource pods,
            Informer<Service> services,
            SandboxRuntime runtime,
            NodeNetwork network,
            NodeNamespace place,
            int serverPort)
            throws IOException {
        Path directory = config.directory().toRealPath();
        Map<String, Quantity> capacity = NodeObjects.capacity(config.directory());
        KubeletNode info = new KubeletNode(
                config.name(),
                address,
                List.of(config.clusterDns().getHostAddress()),
                config.clusterDomain(),
                NodeObjects.machineMemory(),
                NodeObjects.allocatable(capacity),
                network.pods().reserved(),
                place);
        NodeRegistration registration = new NodeRegistration(
                client,
                NodeObjects.node(
                                config.name(),
                                address,
                                runtime.version(),
                                serverPort,
                                capacity,
                                network.pods().reserved(),
                                LocalVolumes.in(directory))
                        .withMap(
                                "status",
                                status -> status.with("features", MapValue.of("supplementalGroupsPolicy", true))),
                supervisor,
                clock);
        return new Kubelet(
                client,
                runtime,
                info,
                pods,
                services,
                config.directory(),
                registration,
                supervisor,
                clock,
                new SecureRandom(),
                metrics);
    }

    /**
     * Starts the server for logs, exec and port-forward. It starts before the kubelet, because the Node object names
     * its port.
     */
    private KubeletServer serve(
            String address, NodeNamespace place, AtomicReference<@Nullable Kubelet> kubelet, SandboxRuntime runtime)
            throws InterruptedException {
        Supplier<NodeCertificate> given = config.serving();
        CertificateRotation own = given == null ? rotation(address) : null;
        NodeCertificate certificate =
                given == null ? Objects.requireNonNull(own).await(client) : given.get();
        NodeStats stats = new NodeStats(
                runtime,
                new StartedPods(kubelet::get),
                new LocalMachine(config.name(), config.directory(), place.namespace()),
                clock);
        metrics.volumes(() -> claims(stats));
        IntFunction<KubeletServer> at = port -> KubeletServer.start(
                address,
                port,
                () -> Namespaces.callIn(place.namespace(), ServerSocketChannel::open),
                certificate.key(),
                certificate.chain(),
                config.clientAuthority(),
                new AccessReviews(client, config.name(), clock),
                NodePods.of(config.name(), kubelet::get),
                runtime,
                metrics,
                stats,
                supervisor::checks,
                new NodeLogFiles(config.directory().resolve("logs"), config.log()));
        KubeletServer server = listening(at);
        LoopGroup loops = supervisor.group("certificates");
        String loop = "kubelet-serving-" + config.name();
        opened(
                given == null
                        ? loops.run(
                                loop,
                                self -> Objects.requireNonNull(own).run(client, null, renewed -> show(server, renewed)))
                        : loops.every(LOOK_EACH, loop, self -> show(server, given.get())));
        return server;
    }

    /** Nothing of volumes that cannot be measured at this moment. */
    private static Map<NodeStats.ClaimName, FilesystemUsage> claims(NodeStats stats) {
        try {
            return stats.claims();
        } catch (UncheckedIOException e) {
            LOG.warn("The volumes of claims could not be measured", e);
            return Map.of();
        }
    }

    private static KubeletServer listening(IntFunction<KubeletServer> at) {
        try {
            return at.apply(KUBELET_PORT);
        } catch (IllegalStateException e) {
            LOG.warn("{}; a pod in the node's network may use it, so another port is taken", e.getMessage());
            return at.apply(0);
        }
    }

    private CertificateRotation rotation(String address) {
        return new CertificateRotation(
                CertificateOrder.serving(config.name(), address),
                config.directory().resolve("pki").resolve("kubelet-serving.pem"),
                config.clientAuthority(),
                clock,
                new SecureRandom());
    }

    private static void show(KubeletServer server, NodeCertificate certificate) {
        server.show(certificate.key(), certificate.chain());
    }

    private static @Nullable RegistryCredentials registryCredentials(ImageService.@Nullable Credentials credentials) {
        return credentials == null ? null : new RegistryCredentials(credentials.user(), credentials.password());
    }

    /** Stops the node; its containers keep running. */
    @Override
    public void close() {
        while (!open.isEmpty()) {
            AutoCloseable part = open.removeFirst();
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("{} of node {} did not end well", part, config.name(), e);
            }
        }
    }

    @Override
    public String toString() {
        return "node " + config.name();
    }
}
