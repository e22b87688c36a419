package dev.proa.registry;

import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.http.ConnectionLimits;
import dev.proa.http.GuardedConnection;
import dev.proa.image.store.ImageStore;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serves an image store as an OCI registry, by HTTPS or, on loopback addresses only, by HTTP. It has an event loop of its own; each
 * request is answered by a virtual thread. Thread-safe.
 */
public final class RegistryServer implements AutoCloseable {
    static final ConnectionLimits LIMITS = ConnectionLimits.of(1_024, 64);

    private final Vertx vertx = vertx();
    private final RegistryStatistics statistics = new RegistryStatistics();
    private final Uploads uploads;
    private final Dispatcher dispatcher;
    private final String name;
    private final List<HttpServer> listeners = new CopyOnWriteArrayList<>();

    /** A registry that does not listen yet. */
    public RegistryServer(ImageStore store, RegistryAccess access, RegistrySettings settings) {
        uploads = new Uploads(store, settings.maxUploads(), settings.maxBlobBytes(), settings.clock());
        dispatcher = new Dispatcher(new Repositories(store), uploads, access, this::host, settings.maxRequests());
        name = settings.host();
    }

    private static Vertx vertx() {
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setUseDaemonThread(true)
                .setBlockedThreadCheckInterval(1)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.HOURS)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        return ConnectionGuard.vertx(options, LIMITS);
    }

    /**
     * Begins to listen; returns once it does.
     *
     * @param host address; without {@code tls} a loopback address
     * @param port 0 for any free one
     * @param tls the server's certificate; null for plain HTTP
     * @return the port
     * @throws IllegalStateException when the address cannot be listened on; the message says why
     */
    public int listen(String host, int port, @Nullable RegistryTls tls) {
        if (tls == null && !Loopback.is(host)) {
            throw new IllegalArgumentException(
                    "a registry without TLS listens on loopback addresses only, not " + host);
        }
        HttpServer listener = vertx.createHttpServer(options(host, port, tls))
                .connectionHandler(GuardedConnection::of)
                .requestHandler(this::receive);
        try {
            Blocking.await(listener.listen());
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(
                    "The registry cannot listen on " + host + ":" + port + ": " + cause.getMessage(), cause);
        }
        listeners.add(listener);
        return listener.actualPort();
    }

    /**
     * As {@link #listen(String, int, RegistryTls)}.
     *
     * @param anyPort whether to listen on any free port when that one is taken
     */
    public int listen(String host, int port, boolean anyPort, @Nullable RegistryTls tls) {
        try {
            return listen(host, port, tls);
        } catch (IllegalStateException e) {
            if (!anyPort || port == 0) {
                throw e;
            }
            return listen(host, 0, tls);
        }
    }

    private static HttpServerOptions options(String host, int port, @Nullable RegistryTls tls) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(host)
                .setPort(port)
                .setMaxInitialLineLength(16 << 10)
                .setMaxHeaderSize(LIMITS.headBytes())
                .setMaxChunkSize(64 << 10)
                .setHandle100ContinueAutomatically(true)
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                .setReuseAddress(true);
        if (tls != null) {
            tls.apply(options);
        }
        return options;
    }

    /** By which the names of its own repositories begin in the store and in pods, as in {@code localhost:5001}; once it listens. */
    public String host() {
        return name + ":" + listeners.getFirst().actualPort();
    }

    private void receive(HttpServerRequest request) {
        Context context = vertx.getOrCreateContext();
        GuardedConnection connection = GuardedConnection.of(request.connection());
        connection.begun();
        RegistryCall call = new RegistryCall(request, context, connection);
        Thread.ofVirtual().name("registry-call").start(() -> {
            try {
                dispatcher.answer(call);
            } finally {
                connection.answered();
                statistics.answered(call.method(), call.status(), call.sent());
            }
        });
    }

    /** Discards uploads that have been idle for an hour; to be called now and then. */
    public void expireUploads() {
        uploads.expire();
    }

    /** How many uploads have begun and not ended. */
    public int openUploads() {
        return uploads.count();
    }

    /** What it has done so far. */
    public RegistryStatistics statistics() {
        return statistics;
    }

    /** Stops listening, lets requests finish for a moment, and discards uploads. */
    @Override
    public void close() {
        for (HttpServer listener : listeners) {
            Blocking.await(listener.shutdown(Duration.ofSeconds(1)));
        }
        Blocking.await(vertx.close());
        uploads.close();
    }
}
