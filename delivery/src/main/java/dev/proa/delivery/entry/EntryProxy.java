package dev.proa.delivery.entry;

import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.http.ConnectionLimits;
import dev.proa.http.GuardedConnection;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * An HTTP reverse proxy that listens on a port for each Service port that it enters: HTTP/1.1 and HTTP/2 without TLS, WebSockets and other
 * upgrades, bodies of any length, which flow only as fast as the slower side takes them.
 *
 * <p>A request goes to another pod when a pod does not take the connection; when a connection breaks before the answer has begun, only a request
 * without a body whose method is idempotent does (RFC 9110, 9.2.2). Everything runs on one event loop, so that streams need no locks.
 * Thread-safe.
 */
final class EntryProxy implements AutoCloseable {
    private static final ConnectionLimits LIMITS = ConnectionLimits.of(4_096, 1_024);
    private static final Duration DRAIN = Duration.ofSeconds(2);
    private static final Duration LEFT = Duration.ofSeconds(5);
    /** A pod on the same machine or beside it answers in a millisecond, or is gone. */
    private static final int CONNECT_MILLIS = 1_000;
    /** Servers in Node close idle connections after five seconds; whoever keeps them longer sends requests into closed ones. */
    private static final int KEEP_SECONDS = 4;

    private static final int IDLE_MINUTES = 5;

    private final Vertx vertx;
    private final HttpClient http1;
    private final HttpClient http2;
    private final String address;
    private final RequestMetrics metrics;
    private final RandomGenerator random;
    private final Mirrors mirrors = new Mirrors();
    private final Map<Integer, HttpServer> listening = new ConcurrentHashMap<>();

    /**
     * A proxy that does not listen yet.
     *
     * @param address the one that it listens on, and from which it connects to pods
     * @param random drawn from by one thread
     */
    EntryProxy(String address, RequestMetrics metrics, RandomGenerator random) {
        this.address = address;
        this.metrics = metrics;
        this.random = random;
        vertx = ConnectionGuard.vertx(
                new VertxOptions()
                        .setEventLoopPoolSize(1)
                        .setWorkerPoolSize(1)
                        .setInternalBlockingPoolSize(1)
                        .setUseDaemonThread(true)
                        .setBlockedThreadCheckInterval(1)
                        .setBlockedThreadCheckIntervalUnit(TimeUnit.HOURS)
                        .setFileSystemOptions(new FileSystemOptions()
                                .setFileCachingEnabled(false)
                                .setClassPathResolvingEnabled(false)),
                LIMITS);
        http1 = client(HttpVersion.HTTP_1_1);
        http2 = client(HttpVersion.HTTP_2);
    }

    private HttpClient client(HttpVersion version) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(version)
                .setHttp2ClearTextUpgrade(false)
                .setConnectTimeout(CONNECT_MILLIS)
                .setKeepAlive(true)
                .setKeepAliveTimeout(KEEP_SECONDS)
                .setHttp2KeepAliveTimeout(KEEP_SECONDS)
                .setTcpNoDelay(true)
                .setMaxHeaderSize(LIMITS.headBytes())
                .setMaxInitialLineLength(16 << 10)
                .setDecompressionSupported(false);
        PoolOptions pool = new PoolOptions()
                .setHttp1MaxSize(LIMITS.connections())
                .setHttp2MaxSize(4)
                .setMaxWaitQueueSize(LIMITS.connections());
        return ConnectionGuard.client(vertx, options, pool, address);
    }

    /**
     * Begins to listen; returns once it does. Blocks.
     *
     * @param service asked for each request
     * @return the port
     * @throws IllegalStateException when the address cannot be listened on
     */
    int listen(Supplier<EntryService> service) {
        HttpServer server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost(address)
                        .setPort(0)
                        .setMaxInitialLineLength(16 << 10)
                        .setMaxHeaderSize(LIMITS.headBytes())
                        .setHandle100ContinueAutomatically(true)
                        .setTcpNoDelay(true)
                        .setIdleTimeout(IDLE_MINUTES)
                        .setIdleTimeoutUnit(TimeUnit.MINUTES))
                .connectionHandler(connection -> {
                    GuardedConnection guarded = GuardedConnection.of(connection);
                    if (!guarded.known(connection.remoteAddress().hostAddress())) {
                        guarded.cut();
                    }
                })
                .requestHandler(request -> receive(request, service.get()));
        try {
            Blocking.await(server.listen());
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(
                    "the entry proxy cannot listen on " + address + ": " + cause.getMessage(), cause);
        }
        listening.put(server.actualPort(), server);
        return server.actualPort();
    }

    private void receive(HttpServerRequest request, EntryService service) {
        new Exchange(request, service, request.version() == HttpVersion.HTTP_2 ? http2 : http1, http1, metrics, mirrors)
                .start(random);
    }

    /**
     * Stops to listen on a port, once nobody is led to it any more: packet rules take a moment to change, and requests that have begun may end.
     * Returns at once.
     */
    void stop(int port) {
        HttpServer server = listening.remove(port);
        if (server != null) {
            vertx.setTimer(LEFT.toMillis(), later -> server.shutdown(DRAIN));
        }
    }

    @Override
    public void close() {
        listening.values().forEach(server -> Blocking.await(server.shutdown(DRAIN)));
        Blocking.await(vertx.close());
    }
}
