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
import dev.proa.node.linux.Namespaces;
import dev.proa.node.machine.ClusterNetwork;
import dev.proa.node.network.NodePlace;
import dev.proa.node.network.PodNetwork.HostPort;
import dev.proa.node.network.PodNetwork.Port;
import dev.proa.node.sandbox.SandboxRequirements;
import dev.proa.node.sandbox.SandboxRuntime;
import dev.proa.node.sandbox.StoredImages;
import dev.proa.node.server.KubeletServer;
import dev.proa.node.server.NodeLogFiles;
import dev.proa.node.server.NodePods;
import dev.proa.node.services.NodeNetwork;
import dev.proa.node.services.NodePorts;
import dev.proa.server.auth.CertificateAndKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node whose containers are processes of this machine: network, services, DNS, runtime and kubelet together. */
final class SandboxNode implements RunningNode {
    private static final Logger LOG = LoggerFactory.getLogger(SandboxNode.class);
    private static final int KUBELET_PORT = 10_250;

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

    /** What all nodes of a cluster share. */
    record Surroundings(ClusterConfig config, ControlPlane plane, Bootstrap bootstrap, ClusterNetwork network) {}

    /**
     * Starts a node; returns once it is registered.
     *
     * @param client that acts as the node, for {@code informers} too
     * @param proxied informers of the service proxy and the DNS server
     * @param pods of the node
     * @param index 0 for the node that the API server and DNS are reached through
     * @throws IllegalStateException when this machine lacks something; the message says what to do
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
        try {
            NodePlace place = SandboxNetworks.connect(around.network(), config, index);
            NodeNetwork network = SandboxNetworks.open(config, index, place);
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
            network.followHostPorts(
                    ports -> around.network().ports().publish("host ports of " + name, at(place, ports)));
            if (index == 0) {
                Map<String, Inet4Address> nodes = SandboxNetworks.addresses(around.network(), config);
                network.follow(
                        proxiedServices,
                        slices,
                        config.clock(),
                        (s, e) -> around.network().ports().publish("node ports", NodePorts.of(s, e, nodes)));
            } else {
                network.follow(proxiedServices, slices, config.clock());
            }
            AtomicReference<@Nullable Kubelet> started = new AtomicReference<>();
            KubeletServer server = serve(around.plane(), name, place, started, runtime, config.directory());
            network.reserve(new Port("TCP", server.port()));
            Kubelet kubelet = kubelet(
                    config, name, index, client, pods, services, runtime, network, place, directory, server.port());
            started.set(kubelet);
            kubelet.start();
            return new SandboxNode(name, network, runtime, server, kubelet, registry);
        } catch (IOException e) {
            throw new UncheckedIOException("Node " + name + " could not be started: " + e.getMessage(), e);
        }
    }

    /** Opens the runtime of a node over its directory; also used to clean up after a cluster. */
    static SandboxRuntime openRuntime(ClusterConfig config, String name, StoredImages images, NodeNetwork network)
            throws IOException {
        return SandboxRuntime.open(
                new SandboxRuntime.Options(
                        directory(config.directory(), name).resolve("runtime"),
                        cgroup(directory(config.directory(), name)),
                        true,
                        config.clock()),
                images,
                network.pods());
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

    static Path directory(Path cluster, String node) {
        return cluster.resolve("nodes").resolve(node);
    }

    /**
     * The host ports of a node's pods, and where they lead. Ports bound to a single address of the node are not
     * published on the machine.
     */
    private static Map<Port, InetSocketAddress> at(NodePlace place, Set<HostPort> ports) {
        return ports.stream()
                .filter(port ->
                        port.hostAddress().isEmpty() || port.hostAddress().equals("0.0.0.0"))
                .map(HostPort::port)
                .distinct()
                .collect(Collectors.toMap(port -> port, port -> new InetSocketAddress(place.address(), port.number())));
    }

    /** @throws UnmetRequirements when this machine cannot run containers whose state lies in {@code directory} */
    static void require(Path directory) {
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
            NodePlace place,
            Path directory,
            int serverPort) {
        Clock clock = config.clock();
        Map<String, Quantity> capacity = NodeObjects.capacity(false, config.directory());
        String address = place.address().getHostAddress();
        NodeInfo info = new NodeInfo(
                name,
                address,
                List.of(Addresses.DNS_SERVICE),
                Addresses.DOMAIN,
                NodeObjects.machineMemory(),
                NodeObjects.allocatable(capacity),
                network.pods().reserved(),
                place);
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

    /**
     * Starts the server for logs, exec and port-forward. It starts before the kubelet, because the Node object names
     * its port.
     */
    private static KubeletServer serve(
            ControlPlane plane,
            String name,
            NodePlace place,
            AtomicReference<@Nullable Kubelet> kubelet,
            SandboxRuntime runtime,
            Path cluster) {
        String address = place.address().getHostAddress();
        CertificateAndKey pair = plane.pki().kubeletServer(name, List.of(address));
        IntFunction<KubeletServer> at = port -> KubeletServer.start(
                address,
                port,
                () -> Namespaces.callIn(place.namespace(), ServerSocketChannel::open),
                pair.key(),
                List.of(pair.certificate()),
                plane.pki().authority(),
                NodePods.of(name, kubelet::get),
                runtime,
                new NodeLogFiles(directory(cluster, name).resolve("logs"), cluster.resolve("server.log")));
        try {
            return at.apply(KUBELET_PORT);
        } catch (IllegalStateException e) {
            LOG.warn("{}; a pod in the node's network may use it, so another port is taken", e.getMessage());
            return at.apply(0);
        }
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
