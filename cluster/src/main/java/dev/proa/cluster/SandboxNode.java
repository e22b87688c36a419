package dev.proa.cluster;

import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.image.Platform;
import dev.proa.image.registry.Credentials;
import dev.proa.image.registry.RegistryClient;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import dev.proa.node.cri.ImageService;
import dev.proa.node.kubelet.Kubelet;
import dev.proa.node.kubelet.NodeInfo;
import dev.proa.node.kubelet.NodeRegistration;
import dev.proa.node.kubelet.PodSource;
import dev.proa.node.network.Cidr;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.network.RoutedNetwork;
import dev.proa.node.sandbox.SandboxRequirements;
import dev.proa.node.sandbox.SandboxRuntime;
import dev.proa.node.sandbox.StoredImages;
import dev.proa.node.server.KubeletServer;
import dev.proa.node.server.NodeLogFiles;
import dev.proa.node.server.NodePods;
import dev.proa.node.services.NodeNetwork;
import dev.proa.server.auth.Identity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A node whose containers are processes of this machine: network, services, DNS, runtime and kubelet together. */
final class SandboxNode implements RunningNode {
    private final String name;
    private final NodeNetwork network;
    private final SandboxRuntime runtime;
    private final KubeletServer server;
    private final Kubelet kubelet;
    private final RegistryClient registry;

    private SandboxNode(
            String name,
            NodeNetwork network,
            SandboxRuntime runtime,
            KubeletServer server,
            Kubelet kubelet,
            RegistryClient registry) {
        this.name = name;
        this.network = network;
        this.runtime = runtime;
        this.server = server;
        this.kubelet = kubelet;
        this.registry = registry;
    }

    /** What a cluster gives each of its nodes. */
    record Surroundings(ClusterConfig config, ControlPlane plane, Bootstrap bootstrap, ApiService apiService) {}

    /**
     * Starts a node; returns once it is registered.
     *
     * @param client of the node, whose {@code informers} are
     * @param proxied informers of the service proxy and the DNS server
     * @param pods of the node
     * @param index 0 for the node that the API server and DNS are reached through
     * @throws IllegalStateException when this machine lacks something; the message says what would help
     */
    static SandboxNode start(
            Surroundings around,
            Client client,
            InformerFactory informers,
            InformerFactory proxied,
            PodSource pods,
            int index)
            throws InterruptedException {
        ClusterConfig config = around.config();
        String name = config.nodeName(index);
        Path directory = directory(config.directory(), name);
        require(directory);
        try {
            NodeNetwork network = NodeNetwork.open(network(config, index));
            UnpackLimits limits = UnpackLimits.of(System.getenv());
            RegistryClient registry = new RegistryClient(Set.of(), limits);
            ImageStore images = ImageStore.open(config.directory().resolve("images"));
            StoredImages stored = StoredImages.open(
                    images,
                    directory.resolve("layers"),
                    limits,
                    (reference, credentials) ->
                            registry.pull(reference, Platform.host(), registryCredentials(credentials), images));
            SandboxRuntime runtime = openRuntime(config, name, stored, network);
            if (index == 0) {
                int port = around.plane()
                        .listen(network.pods().gateway(), around.plane().port());
                around.apiService().at(network.pods().gateway(), port);
                around.bootstrap()
                        .dns(
                                network.dnsAddress().getAddress().getHostAddress(),
                                network.dnsAddress().getPort());
            }
            Informer<Service> services = informers.informer(Service.KIND);
            informers.start();
            Informer<Service> proxiedServices = proxied.informer(Service.KIND);
            Informer<EndpointSlice> slices = proxied.informer(EndpointSlice.KIND);
            proxied.start();
            network.follow(proxiedServices, slices, config.clock());
            AtomicReference<@Nullable Kubelet> started = new AtomicReference<>();
            KubeletServer server =
                    serve(around.plane(), name, network.pods().gateway(), started, runtime, config.directory());
            network.reserve(new Port("TCP", around.plane().port()));
            network.reserve(new Port("TCP", server.port()));
            Kubelet kubelet =
                    kubelet(config, name, index, client, pods, services, runtime, network, directory, server.port());
            started.set(kubelet);
            kubelet.start();
            return new SandboxNode(name, network, runtime, server, kubelet, registry);
        } catch (IOException e) {
            throw new UncheckedIOException("Node " + name + " could not be started: " + e.getMessage(), e);
        }
    }

    /** The runtime of a node over its directory; also used to clean up after a cluster. */
    static SandboxRuntime openRuntime(ClusterConfig config, String name, StoredImages images, NodeNetwork network)
            throws IOException {
        return SandboxRuntime.open(
                new SandboxRuntime.Options(
                        directory(config.directory(), name).resolve("runtime"), cgroup(name), true, config.clock()),
                images,
                network.pods());
    }

    /** The control group that all pods of a node are below. */
    static String cgroup(String node) {
        return "proa/" + node;
    }

    static Path directory(Path cluster, String node) {
        return cluster.resolve("nodes").resolve(node);
    }

    /** The address plan and interface names of a node. */
    static NodeNetwork.Config network(ClusterConfig config, int index) {
        String name = config.nodeName(index);
        RoutedNetwork.Config pods = new RoutedNetwork.Config(
                directory(config.directory(), name).resolve("network"),
                Cidr.parse(Addresses.POD_RANGE),
                Cidr.parse(Addresses.nodeRange(index)),
                Cidr.parse(Addresses.SERVICE_RANGE),
                linkPrefix(name),
                config.exposed());
        return new NodeNetwork.Config(name, pods, Addresses.DOMAIN, Cidr.parseAddress(Addresses.DNS_SERVICE));
    }

    /** Five letters and digits that are the same for the same node and hardly ever for another. */
    private static String linkPrefix(String node) {
        String digits = Integer.toString(Math.floorMod(node.hashCode(), 36 * 36 * 36 * 36), 36);
        return "p" + "0".repeat(4 - digits.length()) + digits;
    }

    private static void require(Path directory) {
        List<SandboxRequirements.Missing> missing;
        try {
            missing = SandboxRequirements.missing(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("This machine could not be looked at: " + e.getMessage(), e);
        }
        if (!missing.isEmpty()) {
            throw new UnmetRequirements("The sandbox runtime lacks something on this machine:\n"
                    + missing.stream().map(lack -> "  - " + lack).collect(Collectors.joining("\n"))
                    + "\nThe simulated runtime works without: proa up --runtime simulated");
        }
    }

    private static Kubelet kubelet(
            ClusterConfig config,
            String name,
            int index,
            Client client,
            PodSource pods,
            Informer<Service> services,
            SandboxRuntime runtime,
            NodeNetwork network,
            Path directory,
            int serverPort) {
        Clock clock = config.clock();
        Map<String, Quantity> capacity = NodeObjects.capacity(false, config.directory());
        String address = network.pods().gateway();
        NodeInfo info = new NodeInfo(
                name,
                address,
                List.of(Addresses.DNS_SERVICE),
                Addresses.DOMAIN,
                NodeObjects.machineMemory(),
                NodeObjects.allocatable(capacity),
                network.pods().reserved());
        NodeRegistration registration = new NodeRegistration(
                client,
                NodeObjects.node(
                                name,
                                address,
                                Addresses.nodeRange(index),
                                runtime.version(),
                                serverPort,
                                capacity,
                                network.pods().reserved())
                        .withMap(
                                "status",
                                status -> status.with("features", MapValue.of("supplementalGroupsPolicy", true))),
                clock);
        return new Kubelet(client, runtime, info, pods, services, directory, registration, clock, new SecureRandom());
    }

    /** The server that logs, exec and port-forward go to; it is there before the node says where, and so before its kubelet. */
    private static KubeletServer serve(
            ControlPlane plane,
            String name,
            String address,
            AtomicReference<@Nullable Kubelet> kubelet,
            SandboxRuntime runtime,
            Path cluster) {
        Identity identity = plane.pki().kubeletServer(name, List.of(address));
        return KubeletServer.start(
                address,
                0,
                identity.key(),
                List.of(identity.certificate()),
                plane.pki().authority(),
                NodePods.of(name, kubelet::get),
                runtime,
                new NodeLogFiles(directory(cluster, name).resolve("logs"), cluster.resolve("server.log")));
    }

    private static @Nullable Credentials registryCredentials(ImageService.@Nullable Credentials credentials) {
        return credentials == null ? null : new Credentials(credentials.user(), credentials.password());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void close() {
        server.close();
        kubelet.close();
        runtime.close();
        network.close();
        registry.close();
    }
}
