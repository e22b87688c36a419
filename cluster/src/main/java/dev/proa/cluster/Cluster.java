package dev.proa.cluster;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.http.Connection;
import dev.proa.client.informer.InformerFactory;
import dev.proa.node.kubelet.PodSource;
import dev.proa.node.machine.ClusterNetwork;
import dev.proa.node.services.Resync;
import dev.proa.server.auth.CertificateAndKey;
import dev.proa.server.auth.NodeIdentity;
import dev.proa.server.auth.UserInfo;
import java.net.URI;
import java.security.SecureRandom;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A whole cluster in this JVM. {@link #start} returns when the API server answers and every node is Ready; closing it
 * stops the control plane but leaves containers running, to be picked up by the next start over the same directory.
 */
public final class Cluster implements AutoCloseable {
    private final ClusterConfig config;
    private final ControlPlane plane;
    private volatile String nodePorts = "";
    private final List<AutoCloseable> parts = Collections.synchronizedList(new ArrayList<>());

    private Cluster(ClusterConfig config) {
        this.config = config;
        this.plane = ControlPlane.start(config);
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
        Client admin = plane.client(UserInfo.of("system:apiserver", UserInfo.MASTERS));
        Bootstrap bootstrap = new Bootstrap(admin);
        CompletableFuture<@Nullable ClusterNetwork> network = network();
        bootstrap.core();
        bootstrap.serviceRange(config.clock().instant());
        ApiService apiService = new ApiService(admin, config.clock());
        parts.add(apiService);
        apiService.start();
        plane.started();
        Controllers controllers = Controllers.start(
                plane.client(UserInfo.of("system:kube-controller-manager")),
                plane.client(UserInfo.of("system:kube-scheduler")),
                plane.pki().authorityPem(),
                config.clock(),
                new SecureRandom());
        parts.add(controllers);
        controllers.tell(plane.metrics());
        switch (config.runtime()) {
            case SANDBOX -> startSandboxNodes(bootstrap, apiService, opened(network));
            case SIMULATED -> startSimulatedNodes();
            case NONE -> {}
        }
    }

    private void startSimulatedNodes() throws InterruptedException {
        InformerFactory informers = informers(plane.client(UserInfo.of("system:proa:simulation")));
        PodSource pods = new PodSource(informers.informer(Pod.KIND));
        SimulatedNodes nodes = new SimulatedNodes(
                this::nodeClient,
                pods,
                informers.informer(Service.KIND),
                config.directory().resolve("nodes"),
                config.clock());
        informers.start();
        startAll(i -> nodes.start(config.nodeName(i), i, config.seed() + 2L * i));
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

    private void startSandboxNodes(Bootstrap bootstrap, ApiService apiService, ClusterNetwork network)
            throws InterruptedException {
        parts.add(Resync.start(config.clock(), network::resync));
        nodePorts = network.loopbackAddress().getHostAddress();
        String machine = network.machineAddress().getHostAddress();
        plane.reachPodsFrom(machine);
        apiService.at(machine, plane.listen(machine, plane.port()));
        startAll(i -> {
            String name = config.nodeName(i);
            Client client = nodeClient(name);
            InformerFactory informers = informers(client);
            PodSource pods =
                    new PodSource(informers.informer(Pod.KIND, "", ListOptions.fields("spec.nodeName=" + name)));
            InformerFactory proxied = informers(plane.client(UserInfo.of("system:kube-proxy")));
            return SandboxNode.start(
                    new SandboxNode.Surroundings(config, plane, bootstrap, network),
                    client,
                    informers,
                    proxied,
                    pods,
                    i);
        });
    }

    private Client nodeClient(String node) {
        return plane.client(NodeIdentity.of(node));
    }

    private InformerFactory informers(Client client) {
        InformerFactory informers = new InformerFactory(client, config.clock(), new SecureRandom());
        parts.add(informers);
        return informers;
    }

    private interface NodeStarter {
        RunningNode start(int index) throws Exception;
    }

    private void startAll(NodeStarter starter) throws InterruptedException {
        List<Callable<RunningNode>> starts = new ArrayList<>();
        for (int i = 0; i < config.nodes(); i++) {
            int index = i;
            starts.add(() -> starter.start(index));
        }
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<RunningNode> started : executor.invokeAll(starts)) {
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
        return "https://" + config.host() + ":" + plane.port();
    }

    /**
     * The address at which this machine reaches the ports of the cluster's nodes: 127.0.0.1 for its first cluster;
     * empty for none.
     */
    public String nodePorts() {
        return nodePorts;
    }

    /** The connection by which other processes reach the API server as administrator. */
    public Connection administrator() {
        CertificateAndKey pair = plane.pki().administrator();
        return Connection.withCertificate(
                URI.create(url()), plane.pki().authorityPem(), pair.certificatePem(), pair.keyPem());
    }

    /** A client in this JVM that acts as the administrator. The caller need not close it. */
    public Client client() {
        return plane.client(UserInfo.of("kubernetes-admin", UserInfo.MASTERS, UserInfo.AUTHENTICATED));
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
        plane.close();
    }
}
