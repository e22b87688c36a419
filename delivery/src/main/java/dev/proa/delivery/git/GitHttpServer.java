package dev.proa.delivery.git;

import dev.proa.http.AnyClientTrust;
import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.http.ConnectionLimits;
import dev.proa.http.GuardedConnection;
import dev.proa.http.ServerKeys;
import dev.proa.http.StrongTls;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Serves repositories by git's smart HTTP protocol, over TLS only. Users log in with a client certificate, a bearer token, or a token as password
 * of the Basic scheme. It has an event loop of its own; each request is answered by a virtual thread. Thread-safe.
 */
public final class GitHttpServer implements AutoCloseable {
    private static final ConnectionLimits LIMITS = ConnectionLimits.of(512, 32);

    private final Vertx vertx;
    private final HttpServer listener;

    private GitHttpServer(Vertx vertx, HttpServer listener) {
        this.vertx = vertx;
        this.listener = listener;
    }

    /**
     * Starts to listen; returns once it does.
     *
     * @param port 0 for any free one
     * @param keys the server's certificate
     * @param authority whose certificates clients are asked for
     * @throws IllegalStateException when the address cannot be listened on; the message says why
     */
    public static GitHttpServer start(
            GitService service, String host, int port, ServerKeys keys, X509Certificate authority) {
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setUseDaemonThread(true)
                .setBlockedThreadCheckInterval(1)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.HOURS)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        Vertx vertx = ConnectionGuard.vertx(options, LIMITS);
        GitHttpCalls calls = new GitHttpCalls(service);
        HttpServer listener = vertx.createHttpServer(options(host, port, keys, authority))
                .connectionHandler(GuardedConnection::of)
                .requestHandler(request -> receive(vertx, calls, request));
        try {
            Blocking.await(listener.listen());
        } catch (CompletionException e) {
            Blocking.await(vertx.close());
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(
                    "Repositories cannot be served on " + host + ":" + port + ": " + cause.getMessage(), cause);
        }
        return new GitHttpServer(vertx, listener);
    }

    private static HttpServerOptions options(String host, int port, ServerKeys keys, X509Certificate authority) {
        return StrongTls.restrict(new HttpServerOptions()
                .setHost(host)
                .setPort(port)
                .setMaxHeaderSize(LIMITS.headBytes())
                .setMaxChunkSize(64 << 10)
                .setHandle100ContinueAutomatically(true)
                .setReuseAddress(true)
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(KeyCertOptions.wrap(keys))
                .setTrustOptions(TrustOptions.wrap(new AnyClientTrust(authority)))
                .setClientAuth(ClientAuth.REQUEST)
                .setSslHandshakeTimeout(10)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS));
    }

    private static void receive(Vertx vertx, GitHttpCalls calls, HttpServerRequest request) {
        Context context = vertx.getOrCreateContext();
        GuardedConnection connection = GuardedConnection.of(request.connection());
        connection.begun();
        GitHttpCall call = new GitHttpCall(request, context, connection);
        Thread.ofVirtual().name("git-call").start(() -> {
            try {
                calls.answer(call);
            } finally {
                connection.answered();
            }
        });
    }

    /** The port that it listens on. */
    public int port() {
        return listener.actualPort();
    }

    /** Stops listening, and lets requests finish for a moment. */
    @Override
    public void close() {
        Blocking.await(listener.shutdown(Duration.ofSeconds(1)));
        Blocking.await(vertx.close());
    }
}
