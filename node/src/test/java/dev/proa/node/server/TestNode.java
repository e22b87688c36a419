package dev.proa.node.server;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.Client;
import dev.proa.node.cri.Configs;
import dev.proa.node.cri.ContainerConfig;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.kubelet.Kubelet.PodOnNode;
import dev.proa.node.metrics.KubeletMetrics;
import dev.proa.node.stats.Machine;
import dev.proa.node.stats.NodeStats;
import dev.proa.node.stats.PodDetails;
import dev.proa.node.stats.PodStorage;
import dev.proa.node.usage.FilesystemUsage;
import dev.proa.node.usage.InterfaceUsage;
import dev.proa.node.usage.ResourceUsage;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.KeyCertOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/** A server on loopback over a {@link FakeRuntime}, with the pod {@code default/web} and its clients. */
final class TestNode implements AutoCloseable {
    final FakeRuntime runtime = new FakeRuntime();
    final KubeletMetrics metrics = new KubeletMetrics("node-0");
    final TestReviews reviews = new TestReviews();
    final TestAuthority authority = new TestAuthority("cluster");
    /** For clients. */
    final Vertx vertx = Vertx.vertx();

    final KubeletServer server;
    final HttpClient client;
    private final Path logs;
    private final List<ContainerStatus> containers = new CopyOnWriteArrayList<>();
    volatile Pod pod = pod("");
    volatile Map<String, String> health = Map.of("loops/dns", "");

    TestNode(Path logs) throws Exception {
        this.logs = logs;
        TestAuthority.Signed identity = authority.server();
        server = KubeletServer.start(
                "127.0.0.1",
                0,
                ServerSocketChannel::open,
                identity.key(),
                List.of(identity.certificate()),
                authority.certificate(),
                new AccessReviews(new Client(reviews), "node-0", InstantSource.system()),
                new Pods(),
                runtime,
                metrics,
                new NodeStats(runtime, new Details(), new TestMachine(), InstantSource.fixed(Instant.EPOCH)),
                () -> health,
                new NodeLogFiles(logs, logs.resolveSibling("server.log")));
        client = client(authority.client("CN=kube-apiserver-kubelet-client,O=system:masters"));
    }

    /** A client of the administrator, to be held: it closes its connections when it is forgotten. */
    WebSocketClient webSocketClient() throws Exception {
        return vertx.createWebSocketClient(new WebSocketClientOptions()
                .setSsl(true)
                .setTrustAll(true)
                .setVerifyHost(false)
                .setKeyCertOptions(KeyCertOptions.wrap(
                        (X509KeyManager) TestAuthority.keyManagers(authority.client("CN=admin,O=system:masters"))[0])));
    }

    HttpClient client(TestAuthority.@Nullable Signed identity) throws Exception {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(authority.context(identity))
                .build();
    }

    static Pod pod(String status) {
        return new Pod(Yaml.decodeMap("""
                metadata: {name: web, namespace: default, uid: u-1}
                spec:
                  nodeName: node-0
                  containers: [{name: app, image: x}, {name: side, image: x}]
                """ + status));
    }

    /** Adds a container, newer than those before. */
    ContainerStatus add(String id, String name, State state) {
        ContainerConfig config = Configs.container(name, "x", List.of());
        ContainerStatus status =
                new ContainerStatus(id, "sandbox", config, state, Instant.EPOCH, "image", logs.resolve(id + ".log"));
        runtime.containers.put(id, status);
        containers.addFirst(status);
        return status;
    }

    /** A container has got into another state. */
    void change(String id, State state) {
        ContainerStatus old = runtime.containerStatus(id);
        ContainerStatus now = new ContainerStatus(
                id, old.sandboxId(), old.config(), state, old.createdAt(), old.imageId(), old.logPath());
        runtime.containers.put(id, now);
        containers.replaceAll(status -> status.id().equals(id) ? now : status);
    }

    static State running() {
        return new State.Running(Instant.EPOCH, 1);
    }

    static State exited(int code) {
        return new State.Exited(Instant.EPOCH, Instant.EPOCH, code, "Error", "");
    }

    URI uri(String scheme, String path) {
        return URI.create(scheme + "://127.0.0.1:" + server.port() + path);
    }

    HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri("https", path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        server.close();
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** The pod started an hour before the epoch. */
    private final class Details implements PodDetails {
        @Override
        public List<Pod> pods() {
            return List.of(pod);
        }

        @Override
        public PodStorage storage(Pod of) {
            return new PodStorage(
                    Map.of("data", new FilesystemUsage(1000, 600, 300, 50, 40, 5)),
                    Map.of("app", new FilesystemUsage(2000, 800, 70, 90, 80, 2)));
        }
    }

    private record TestMachine() implements Machine {
        @Override
        public String nodeName() {
            return "node-0";
        }

        @Override
        public Instant bootTime() {
            return Instant.EPOCH.minusSeconds(7200);
        }

        @Override
        public ResourceUsage usage() {
            return ResourceUsage.of(90_500_000_000L, 3L << 30);
        }

        @Override
        public FilesystemUsage rootFilesystem() {
            return new FilesystemUsage(2000, 800, 1200, 90, 80, 10);
        }

        @Override
        public List<InterfaceUsage> interfaces() {
            return List.of(new InterfaceUsage("node0", 11, 12, 13, 14, 15, 16, 17, 18));
        }

        @Override
        public long mostProcesses() {
            return 4_000_000;
        }

        @Override
        public int processors() {
            return 2;
        }
    }

    private final class Pods implements NodePods {
        @Override
        public String nodeName() {
            return "node-0";
        }

        @Override
        public @Nullable PodOnNode find(String namespace, String name) {
            PodSandboxStatus sandbox = new PodSandboxStatus(
                    "sandbox", Configs.sandbox("web", logs), true, List.of("10.244.0.9"), Instant.EPOCH);
            return namespace.equals("default") && name.equals("web")
                    ? new PodOnNode(pod, sandbox, List.copyOf(containers))
                    : null;
        }

        @Override
        public List<Pod> all() {
            return List.of(pod);
        }
    }
}
