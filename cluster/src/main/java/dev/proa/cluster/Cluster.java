package dev.proa.cluster;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.client.Client;
import dev.proa.client.http.Connection;
import dev.proa.client.informer.InformerFactory;
import dev.proa.cluster.metrics.MetricsServer;
import dev.proa.control.certificates.NodeNames;
import dev.proa.control.certificates.RequestApprover;
import dev.proa.control.certificates.RequestCleaner;
import dev.proa.control.certificates.RequestSigner;
import dev.proa.control.certificates.ServingApprover;
import dev.proa.control.nodeipam.NodeIpamController;
import dev.proa.control.serviceaccount.TokenController;
import dev.proa.control.shared.ControlContext;
import dev.proa.embedded.ApiServerConfig;
import dev.proa.embedded.EmbeddedApiServer;
import dev.proa.http.Blocking;
import dev.proa.node.agent.NodeCertificate;
import dev.proa.node.agent.NodeConfig;
import dev.proa.node.agent.SandboxNode;
import dev.proa.node.agent.SimulatedNodes;
import dev.proa.node.kubelet.PodSource;
import dev.proa.node.machine.ClusterNetwork;
import dev.proa.node.machine.NodeLinks;
import dev.proa.node.network.Cidr;
import dev.proa.node.services.NodeNetwork;
import dev.proa.server.auth.NodeIdentity;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.pki.CertificateAndKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A whole cluster in this JVM. {@link #start} returns when the API server answers and every node is Ready; closing it
 * stops the control plane but leaves containers running, to be picked up by the next start over the same directory.
 */
public final class Cluster implements AutoCloseable {
    private static final Duration CERTIFICATES_EACH = Duration.ofSeconds(2);

    private final ClusterConfig config;
    private final EmbeddedApiServer server;
    private volatile String nodePorts = "";
    private volatile String entryAddress = "";
    private volatile @Nullable SimulatedNodes simulated;
    private volatile @Nullable CompletableFuture<ClusterRegistry> registry;
    private final List<AutoCloseable> parts = Collections.synchronizedList(new ArrayList<>());

    private Cluster(ClusterConfig config) {
        this.config = config;
        this.server = EmbeddedApiServer.open(new ApiServerConfig(
                config.directory(),
                config.durable(),
                config.host(),
                config.port(),
                config.clock(),
                config.apiServer()));
    }

    /**
     * Starts a cluster.
     *
     * @throws IllegalStateException when something it needs is missing; the message says what, and what to do
     */
    public static Cluster start(ClusterConfig config) throws InterruptedException {
        Cluster cluster = new Cluster(config);
        try {
            cluster.assemble();
            return cluster;
        } catch (RuntimeException | InterruptedException e) {
            cluster.close();
            throw e;
        }
    }

    private void assemble() throws InterruptedException {
        CompletableFuture<@Nullable ClusterNetwork> network = network();
        server.bootstrap();
        SigningAuthority signer = new SigningAuthority(server.pki().requests());
        List<Consumer<ControlContext>> more = new ArrayList<>(more(signer, network));
        more.add(context ->
                new TokenController(context, server::legacyToken, server.pki().authorityPem()));
        Controllers controllers = Controllers.start(
                server::client,
                server.pki().authorityPem(),
                server.supervisor(),
                config.clock(),
                new SecureRandom(),
                config.scheduler().configuration(),
                config.controllerManager().autoscaler(),
                more);
        parts.add(controllers);
        controllers.tell(server.metrics());
        switch (config.runtime()) {
            case SANDBOX -> startSandboxNodes(controllers.informers(), opened(network));
            case SIMULATED -> {
                startRegistry(config.host());
                startSimulatedNodes();
            }
            case NONE -> startRegistry(config.host());
        }
        parts.add(startMetrics(controllers.informers()));
        finishRegistry();
        parts.add(Deliveries.start(
                server::client,
                server.client(),
                server.supervisor(),
                config.clock(),
                new SecureRandom(),
                entryAddress,
                server.metrics().registry()));
        if (config.runtime() == ClusterConfig.Runtime.SANDBOX) {
            parts.add(Pipelines.start(server, config, nodePorts, this::registryHost, new WorkflowReader()));
        }
    }

    private String registryHost() {
        ClusterRegistry started = registry();
        return started == null ? "" : started.host();
    }

    /** Serves what nodes and pods use: of nodes here that have no server it is asked directly. */
    private MetricsServer startMetrics(InformerFactory informers) {
        MetricsServer metrics = new MetricsServer(
                informers.informer(Node.KIND), informers.informer(Pod.KIND), this::scrape, config.clock());
        server.serve(metrics.endpoints());
        metrics.start(server.client(), server.supervisor());
        return metrics;
    }

    private String scrape(Node node) throws IOException {
        SimulatedNodes here = simulated;
        byte[] metrics = here == null ? null : here.resourceMetrics(node.name());
        return new String(
                metrics == null
                        ? server.readKubelet(node, "/metrics/resource", MetricsServer.RESOLUTION.dividedBy(2))
                        : metrics,
                StandardCharsets.UTF_8);
    }

    /** Starts the registry beside everything else. */
    private void startRegistry(String address) {
        ClusterConfig.Registry wanted = config.registry();
        if (wanted != null) {
            registry = CompletableFuture.supplyAsync(
                    () -> ClusterRegistry.start(server, wanted, config.images(), address),
                    task -> Thread.ofPlatform().daemon().start(task));
            CompletableFuture<ClusterRegistry> starting = registry;
            parts.add(() -> starting.handle((started, failure) -> {
                        if (started != null) {
                            started.close();
                        }
                        return true;
                    })
                    .join());
        }
    }

    private void finishRegistry() {
        CompletableFuture<ClusterRegistry> starting = registry;
        if (starting != null) {
            Blocking.join(starting);
        }
    }

    /** The controllers that depend on the cluster's keys or its network. */
    private List<Consumer<ControlContext>> more(
            SigningAuthority signer, CompletableFuture<@Nullable ClusterNetwork> network) {
        NodeNames names = new NodeNames(Addresses.DOMAIN, server.pki()::serverNames);
        List<Consumer<ControlContext>> more = new ArrayList<>(List.of(
                context -> new RequestSigner(context, signer),
                context -> new RequestApprover(context, signer, names),
                RequestCleaner::new,
                context -> new NodeGrants(context.with(server.client())),
                context -> new LocalStorageClass(context.with(server.client()))));
        if (config.runtime() == ClusterConfig.Runtime.SANDBOX) {
            more.add(context -> new ServingApprover(
                    context,
                    signer,
                    names,
                    (node, address) -> hasAddress(opened(network).nodes(), node, address)));
            more.add(context -> new NodeIpamController(context, Addresses.POD_RANGE));
            more.add(context -> new DnsService(context.with(server.client()))); // the cluster itself asks for it
        }
        return more;
    }

    private static boolean hasAddress(NodeLinks links, String node, String address) {
        try {
            return links.has(node, address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startSimulatedNodes() throws InterruptedException {
        InformerFactory informers = informers(server.client(UserInfo.of("system:kube-controller-manager")));
        PodSource pods = new PodSource(informers.informer(Pod.KIND));
        SimulatedNodes nodes = new SimulatedNodes(
                this::nodeClient,
                pods,
                informers.informer(Service.KIND),
                config.directory().resolve("nodes"),
                Addresses.DOMAIN,
                Addresses.DNS_SERVICE,
                server.supervisor(),
                config.clock());
        informers.start();
        simulated = nodes;
        startAll(i -> nodes.start(
                config.nodeName(i), Addresses.simulatedNode(i), Addresses.simulatedPods(i), config.seed() + 2L * i));
    }

    /** Sets up the network of sandbox nodes while the control plane starts; null for other runtimes. */
    private CompletableFuture<@Nullable ClusterNetwork> network() {
        if (config.runtime() != ClusterConfig.Runtime.SANDBOX) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<@Nullable ClusterNetwork> network = CompletableFuture.supplyAsync(
                () -> SandboxNetworks.start(config),
                task -> Thread.ofPlatform().daemon().start(task));
        parts.add(() -> network.handle((opened, failure) -> {
                    if (opened != null) {
                        opened.close();
                    }
                    return true;
                })
                .join());
        return network;
    }

    private static ClusterNetwork opened(CompletableFuture<@Nullable ClusterNetwork> network) {
        try {
            return Objects.requireNonNull(network.join());
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    private void startSandboxNodes(InformerFactory informers, ClusterNetwork network) throws InterruptedException {
        parts.add(server.supervisor()
                .group("network")
                .every(NodeNetwork.RESYNC_EACH, "cluster-network-resync", self -> network.resync()));
        nodePorts = network.loopbackAddress().getHostAddress();
        entryAddress = network.machineAddress().getHostAddress();
        startRegistry(nodePorts);
        server.listenForPods(network.machineAddress().getHostAddress());
        PortPublisher publisher = new PortPublisher(network, informers, server.supervisor(), config.clock());
        parts.add(publisher);
        publisher.start();
        for (int i = 0; i < config.nodes(); i++) {
            address(network.nodes(), config.nodeName(i)); // leased in the order of the names
        }
        startAll(i -> SandboxNode.start(
                nodeConfig(config.nodeName(i), network.nodes()),
                nodeClient(config.nodeName(i)),
                server.supervisor(),
                config.clock()));
    }

    private NodeConfig nodeConfig(String name, NodeLinks links) {
        return new NodeConfig(
                name,
                config.directory().resolve("nodes").resolve(name),
                config.images(),
                () -> null, // the registry of the cluster has the images that its nodes have
                config.directory().resolve("server.log"),
                links,
                Addresses.DOMAIN,
                Cidr.parseAddress(Addresses.DNS_SERVICE),
                server.pki().authority(),
                () -> serving(name, links));
    }

    private NodeCertificate serving(String name, NodeLinks links) {
        CertificateAndKey pair = server.pki().kubeletServer(name, List.of(address(links, name)));
        return new NodeCertificate(pair.key(), List.of(pair.certificate()));
    }

    private static String address(NodeLinks links, String node) {
        try {
            return links.address(node).getHostAddress();
        } catch (IOException e) {
            throw new UncheckedIOException("Node " + node + " has no address: " + e.getMessage(), e);
        }
    }

    private Client nodeClient(String node) {
        return server.client(NodeIdentity.of(node));
    }

    private InformerFactory informers(Client client) {
        InformerFactory informers =
                new InformerFactory(client, server.supervisor(), config.clock(), new SecureRandom());
        parts.add(informers);
        return informers;
    }

    private interface NodeStarter {
        AutoCloseable start(int index) throws Exception;
    }

    private void startAll(NodeStarter starter) throws InterruptedException {
        List<Callable<AutoCloseable>> starts = new ArrayList<>();
        for (int i = 0; i < config.nodes(); i++) {
            int index = i;
            starts.add(() -> starter.start(index));
        }
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<AutoCloseable> started : executor.invokeAll(starts)) {
                parts.add(started.get());
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("A node could not be started: " + e.getMessage(), e);
        }
    }

    /** The URL of the API server: {@code https://127.0.0.1:6443}. */
    public String url() {
        return server.url();
    }

    /**
     * The address at which this machine reaches the ports of the cluster's nodes: 127.0.0.1 for its first cluster;
     * empty for none.
     */
    public String nodePorts() {
        return nodePorts;
    }

    /** The cluster's image registry; null when it has none. */
    public @Nullable ClusterRegistry registry() {
        CompletableFuture<ClusterRegistry> started = registry;
        return started == null ? null : Blocking.join(started);
    }

    /** The connection by which other processes reach the API server as administrator. */
    public Connection administrator() {
        return server.administrator();
    }

    /** Tells each time that the administrator's certificate was renewed, by the command or because it was due. */
    public void onRenewal(Consumer<Connection> of) {
        AtomicReference<Connection> last = new AtomicReference<>(administrator());
        server.supervisor().group("certificates").every(CERTIFICATES_EACH, "admin", self -> {
            Connection current = administrator();
            if (!current.equals(last.get())) {
                of.accept(current);
                last.set(current);
            }
        });
    }

    /** A client in this JVM that acts as the administrator. The caller need not close it. */
    public Client client() {
        return server.client();
    }

    public ClusterConfig config() {
        return config;
    }

    @Override
    public void close() {
        for (AutoCloseable part : parts.reversed()) {
            try {
                part.close();
            } catch (Exception e) {
                LoggerFactory.getLogger(Cluster.class).warn("{} did not end well", part, e);
            }
        }
        parts.clear();
        server.close();
    }
}
