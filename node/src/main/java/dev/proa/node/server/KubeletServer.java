package dev.proa.node.server;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.http.AnyClientTrust;
import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.http.ConnectionLimits;
import dev.proa.http.GuardedConnection;
import dev.proa.http.MetricsText;
import dev.proa.http.ServerKeys;
import dev.proa.http.StrongTls;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.metrics.KubeletMetrics;
import dev.proa.node.metrics.RequestMetrics;
import dev.proa.node.stats.NodeStats;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A kubelet's HTTPS server. It can start before its kubelet, so that its port is known when the node is registered.
 * Closing it ends all connections; containers keep running. Whoever can reach the node can connect, so a {@link
 * ConnectionGuard} limits connections, and {@link Streams} limits concurrent streams.
 */
public final class KubeletServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KubeletServer.class);
    /** The API server may have half of them: more than {@link Streams} lets it use. */
    static final ConnectionLimits LIMITS = ConnectionLimits.of(2_048, 64);

    private static final int MAX_FRAME = 4 << 20;

    private final ServerKeys keys;
    private final Streams streams = new Streams();
    private final Vertx vertx;
    private final KubeletAuth auth;
    private final NodePods pods;
    private final ContainerLogs logs;
    private final Commands commands;
    private final PortForwards ports;
    private final NodeLogs nodeLogs;
    private final KubeletMetrics metrics;
    private final NodeStats stats;
    private final Supplier<Map<String, String>> checks;
    private final Set<Thread> calls = ConcurrentHashMap.newKeySet();
    private final String address;
    private final HttpServer server;

    private KubeletServer(
            HttpServerOptions options,
            ServerKeys keys,
            Callable<ServerSocketChannel> listening,
            KubeletAuth auth,
            NodePods pods,
            ContainerRuntime runtime,
            KubeletMetrics metrics,
            NodeStats stats,
            Supplier<Map<String, String>> checks,
            NodeLogFiles files) {
        this.stats = stats;
        this.metrics = metrics;
        this.keys = keys;
        this.checks = checks;
        this.nodeLogs = new NodeLogs(files);
        this.vertx = vertx(listening);
        this.auth = auth;
        this.pods = pods;
        this.logs = new ContainerLogs(pods, runtime);
        this.commands = new Commands(pods, runtime);
        this.ports = new PortForwards(pods, runtime);
        this.address = options.getHost();
        this.server = vertx.createHttpServer(options)
                .connectionHandler(GuardedConnection::of)
                .requestHandler(this::receive);
    }

    /**
     * Starts a server; returns once it listens.
     *
     * @param address to listen on: the node's
     * @param port 10250 by custom; 0 for any
     * @param listening makes the socket to listen on, in the node's network namespace
     * @param key the private key of the server's certificate
     * @param chain the server's certificate and its chain
     * @param authority the CA of client certificates
     * @param reviews of who others are, and what they may do
     * @param pods of the node; none are known as long as its kubelet has not started
     * @param metrics of the kubelet
     * @param stats of the node and its pods
     * @param checks what is wrong, by the names of health checks, and empty for those that pass; for {@code /healthz}
     * @param files the logs of the node itself
     * @throws IllegalStateException when the address cannot be listened on; the message says why
     */
    public static KubeletServer start(
            String address,
            int port,
            Callable<ServerSocketChannel> listening,
            PrivateKey key,
            List<X509Certificate> chain,
            X509Certificate authority,
            AccessReviews reviews,
            NodePods pods,
            ContainerRuntime runtime,
            KubeletMetrics metrics,
            NodeStats stats,
            Supplier<Map<String, String>> checks,
            NodeLogFiles files) {
        ServerKeys keys = new ServerKeys(key, chain);
        KubeletServer server = new KubeletServer(
                options(address, port, keys, authority),
                keys,
                listening,
                new KubeletAuth(authority, reviews),
                pods,
                runtime,
                metrics,
                stats,
                checks,
                files);
        try {
            Blocking.await(server.server.listen());
        } catch (CompletionException e) {
            server.closeVertx();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(
                    "The kubelet cannot listen on " + address + ":" + port + ": " + cause.getMessage(), cause);
        }
        return server;
    }

    /** Shows another certificate to those who connect from now on. */
    public void show(PrivateKey key, List<X509Certificate> chain) {
        keys.replace(key, chain);
    }

    /** An event loop of its own, so that clients here do not affect the API server in the same JVM. */
    private static Vertx vertx(Callable<ServerSocketChannel> listening) {
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setUseDaemonThread(true)
                .setBlockedThreadCheckInterval(1)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.HOURS)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        return ConnectionGuard.vertx(options, LIMITS, listening);
    }

    private void closeVertx() {
        Blocking.await(vertx.close());
    }

    private static HttpServerOptions options(String address, int port, ServerKeys keys, X509Certificate authority) {
        return StrongTls.restrict(new HttpServerOptions())
                .setHost(address)
                .setPort(port)
                .setSsl(true)
                .setKeyCertOptions(KeyCertOptions.wrap(keys))
                .setTrustOptions(TrustOptions.wrap(new AnyClientTrust(authority)))
                .setClientAuth(ClientAuth.REQUEST)
                .setMaxInitialLineLength(LIMITS.headBytes()) // commands are in it
                .setMaxHeaderSize(LIMITS.headBytes())
                .setWebSocketSubProtocols(protocols())
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setMaxWebSocketFrameSize(MAX_FRAME)
                .setMaxWebSocketMessageSize(MAX_FRAME)
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                .setReuseAddress(true);
    }

    private static List<String> protocols() {
        List<String> protocols = new ArrayList<>(WebSocketCommandClient.PROTOCOLS);
        protocols.add(PortForwards.TUNNEL);
        protocols.add("binary.k8s.io");
        protocols.add("base64.binary.k8s.io");
        return protocols;
    }

    /** The port it listens on. */
    public int port() {
        return server.actualPort();
    }

    private void receive(HttpServerRequest request) {
        Context context = vertx.getOrCreateContext();
        request.pause();
        GuardedConnection connection = GuardedConnection.of(request.connection());
        connection.begun();
        Thread thread = Thread.ofVirtual().name("kubelet-call").unstarted(() -> {
            KubeletCall call = new KubeletCall(request, context, connection);
            try (RequestMetrics.Call counted = metrics.requests().begin(call.method(), call.path())) {
                answer(call, connection);
            } finally {
                calls.remove(Thread.currentThread());
                connection.answered();
            }
        });
        calls.add(thread);
        request.connection().closeHandler(nothing -> thread.interrupt());
        thread.start();
    }

    private void answer(KubeletCall call, GuardedConnection connection) {
        try {
            try {
                if (admit(call, connection)) {
                    route(call);
                }
            } catch (StatusException failure) {
                call.fail(failure);
            } catch (RuntimeFailure failure) {
                call.fail(StatusException.internalError(String.valueOf(failure.getMessage())));
            } catch (RuntimeException e) {
                LOG.warn("{} {} failed", call.method(), call.path(), e);
                call.fail(StatusException.internalError(String.valueOf(e.getMessage())));
            }
        } catch (IOException e) {
            LOG.debug("{} {} was not answered to its end", call.method(), call.path(), e);
            call.request().connection().close();
        }
    }

    /** Lets a caller in who may do what it asks for; answers the others as kubelets do, in plain text. */
    private boolean admit(KubeletCall call, GuardedConnection connection) throws IOException {
        String name;
        try {
            name = auth.check(
                    call.request().connection().sslSession(),
                    call.request().getHeader(HttpHeaders.AUTHORIZATION),
                    call.method(),
                    call.path());
        } catch (StatusException e) {
            connection.refuse();
            call.text(e.code(), "text/plain; charset=utf-8", e.getMessage() + "\n");
            return false;
        }
        if (!connection.known(name)) {
            throw StatusException.tooManyRequests(name + " has too many connections", 1);
        }
        return true;
    }

    private void route(KubeletCall call) throws IOException {
        if (call.path().equals(NodeLogs.PATH) || call.path().startsWith(NodeLogs.PATH + "/")) {
            try (Streams.Place place = streams.take("", NodeLogs.PATH)) {
                nodeLogs.serve(only(call, "GET"));
            }
            return;
        }
        if (!call.path().startsWith("/")) {
            throw StatusException.notFound();
        }
        String[] parts = call.path().substring(1).split("/", -1);
        // Endpoints, by the first segment of the path and the number of segments.
        switch (parts[0] + "/" + parts.length) {
            case "healthz/1" -> health(call);
            case "configz/1" -> only(call, "GET").json(KubeletConfigz.of(address, port()));
            case "metrics/1" -> only(call, "GET").text(200, MetricsText.CONTENT_TYPE, metrics.text());
            case "metrics/2" -> metrics(only(call, "GET"), parts[1]);
            case "stats/2" -> stats(only(call, "GET", "POST"), parts[1]);
            case "pods/1" -> only(call, "GET").json(podList());
            case "containerLogs/4", "exec/4", "attach/4", "portForward/3" -> stream(call, parts);
            default -> throw StatusException.notFound();
        }
    }

    private void metrics(KubeletCall call, String kind) throws IOException {
        switch (kind) {
            case "cadvisor" -> call.text(200, MetricsText.CONTENT_TYPE, stats.cadvisorMetrics());
            case "resource" -> call.text(200, MetricsText.CONTENT_TYPE, stats.resourceMetrics());
            case "probes" ->
                call.text(200, MetricsText.CONTENT_TYPE, metrics.probes().text());
            default -> throw StatusException.notFound();
        }
    }

    private void stats(KubeletCall call, String what) throws IOException {
        if (!what.equals("summary")) {
            throw StatusException.notFound();
        }
        call.json(stats.summary("true".equals(call.query().get("only_cpu_and_memory"))));
    }

    private void health(KubeletCall call) throws IOException {
        StringBuilder failed = new StringBuilder();
        checks.get().forEach((check, problem) -> {
            if (!problem.isEmpty()) {
                failed.append("[-]")
                        .append(check)
                        .append(" failed: ")
                        .append(problem)
                        .append('\n');
            }
        });
        call.text(
                failed.isEmpty() ? 200 : 500,
                "text/plain; charset=utf-8",
                failed.isEmpty() ? "ok" : failed + "healthz check failed\n");
    }

    /** Serves long-running requests. */
    private void stream(KubeletCall call, String[] parts) throws IOException {
        try (Streams.Place place = streams.take(parts[1], parts[2])) {
            switch (parts[0]) {
                case "containerLogs" -> logs.serve(only(call, "GET"), parts[1], parts[2], parts[3]);
                case "exec" -> commands.exec(only(call, "GET", "POST"), parts[1], parts[2], parts[3]);
                case "attach" -> commands.attach(only(call, "GET", "POST"), parts[1], parts[2], parts[3]);
                default -> ports.serve(only(call, "GET", "POST"), parts[1], parts[2]);
            }
        }
    }

    private MapValue podList() {
        return MapValue.of(
                "kind",
                "PodList",
                "apiVersion",
                "v1",
                "metadata",
                MapValue.EMPTY,
                "items",
                ListValue.copyOf(pods.all().stream().map(Pod::value).toList()));
    }

    private static KubeletCall only(KubeletCall call, String... methods) {
        if (!List.of(methods).contains(call.method())) {
            throw StatusException.methodNotAllowed();
        }
        return call;
    }

    @Override
    public void close() {
        Blocking.await(server.close());
        calls.forEach(Thread::interrupt);
        closeVertx();
    }
}
