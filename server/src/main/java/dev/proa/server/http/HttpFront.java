package dev.proa.server.http;

import dev.proa.http.AnyClientTrust;
import dev.proa.http.Blocking;
import dev.proa.http.StrongTls;
import dev.proa.server.aggregator.ExtensionClients;
import dev.proa.server.apiserver.ApiServer;
import dev.proa.server.apiserver.ForwardTarget;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.metrics.ServerMetrics;
import dev.proa.server.pki.CertificateAndKey;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves an {@link ApiServer} by HTTPS. Whoever made the {@link Vertx} closes it; {@link #close()} ends the listeners and their
 * connections.
 */
public final class HttpFront implements AutoCloseable {
    /** Streams of one connection at a time: a watch is one, and a client may have hundreds. */
    private static final long MAX_STREAMS = 1_000;

    /** The number of streams that a client may reset in half a minute: several times all of its watches. */
    private static final int MAX_RESETS = 4_000;

    private static final int MAX_KUBELET_ANSWER = 64 << 20;

    private static final int INITIAL_WINDOW = 1 << 20;
    private static final int MAX_HEADERS = 64 << 10;
    /** To Vert.x a negative number is a free port, which all listeners share that ask for the same number. */
    private static final AtomicInteger FREE_PORTS = new AtomicInteger();

    private static final int MAX_LINE = 64 << 10;

    private final Vertx vertx;
    private final Settings settings;
    private final SingleKeyManager keys;
    private final Connections connections;
    private final RequestHandler handler;
    private final Forwarder forwarder;
    private final List<HttpServer> listeners = new ArrayList<>();
    private int port;

    /**
     * The settings of a listener.
     *
     * @param host address to listen on
     * @param port 0 for any that is free
     * @param serverCertificate what the server shows
     * @param authority whose certificates kubelets may show
     * @param kubeletClient what the server shows to kubelets
     * @param podsFrom the address that connections to pods and services come from; empty for any. Asked when the
     *     first is made
     * @param eventLoops how many threads read and write; 0 for one per processor
     * @param extensions the connections to extension API servers; null when there cannot be any
     * @param clientAuthorities whose certificates clients may show, as they are told in each handshake
     * @param ofProxies which headers name users on behalf of proxies, by their names; they are passed on to nobody
     */
    public record Settings(
            String host,
            int port,
            CertificateAndKey serverCertificate,
            X509Certificate authority,
            CertificateAndKey kubeletClient,
            Supplier<String> podsFrom,
            int eventLoops,
            @Nullable ExtensionClients extensions,
            Supplier<List<X509Certificate>> clientAuthorities,
            Predicate<String> ofProxies) {

        /** Without extension API servers. */
        public Settings(
                String host,
                int port,
                CertificateAndKey serverCertificate,
                X509Certificate authority,
                CertificateAndKey kubeletClient,
                Supplier<String> podsFrom,
                int eventLoops) {
            this(
                    host,
                    port,
                    serverCertificate,
                    authority,
                    kubeletClient,
                    podsFrom,
                    eventLoops,
                    null,
                    () -> List.of(authority),
                    name -> false);
        }
    }

    /** @param vertx made by {@link dev.proa.http.ConnectionGuard#vertx} */
    public HttpFront(
            Vertx vertx, Settings settings, ApiServer server, Authenticator authenticator, ServerMetrics metrics) {
        this(vertx, settings, server, authenticator, metrics, Thread.ofVirtual().factory());
    }

    /** @param threads makes the thread of each request */
    HttpFront(
            Vertx vertx,
            Settings settings,
            ApiServer server,
            Authenticator authenticator,
            ServerMetrics metrics,
            ThreadFactory threads) {
        this.vertx = vertx;
        this.settings = settings;
        this.keys = new SingleKeyManager(settings.serverCertificate());
        this.connections = new Connections(authenticator);
        this.forwarder = new Forwarder(
                vertx,
                settings.authority(),
                settings.kubeletClient(),
                settings.podsFrom(),
                settings.extensions(),
                settings.ofProxies());
        this.handler = new RequestHandler(server, authenticator, connections, forwarder, metrics, threads);
    }

    /**
     * Begins to listen; returns once it does.
     *
     * @throws IllegalStateException when the address cannot be listened on; the message says why
     */
    public void start() {
        int count = settings.eventLoops() > 0
                ? settings.eventLoops()
                : Runtime.getRuntime().availableProcessors();
        HttpServerOptions options = options();
        // The first takes a free port, which those of the other event loops share.
        int chosen = settings.port() == 0 ? -FREE_PORTS.incrementAndGet() : settings.port();
        try {
            for (int i = 0; i < count; i++) {
                HttpServer listener = vertx.createHttpServer(options)
                        .connectionHandler(connections::opened)
                        .requestHandler(handler);
                Blocking.await(listen(listener, chosen));
                listeners.add(listener);
                if (i > 0 && listener.actualPort() != port) {
                    throw new IllegalStateException("the event loops listen on different ports");
                }
                port = listener.actualPort();
            }
        } catch (CompletionException e) {
            close();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(
                    "Cannot listen on " + settings.host() + ":" + settings.port() + ": " + cause.getMessage(), cause);
        }
    }

    /** Listens on the next event loop: asked for from here, all listeners would get one and the same. */
    private Future<HttpServer> listen(HttpServer listener, int chosen) {
        Promise<HttpServer> listening = Promise.promise();
        ((VertxInternal) vertx)
                .createEventLoopContext()
                .runOnContext(
                        nothing -> listener.listen(chosen, settings.host()).onComplete(listening));
        return listening.future();
    }

    private HttpServerOptions options() {
        HttpServerOptions options = StrongTls.restrict(new HttpServerOptions())
                .setHost(settings.host())
                .setPort(settings.port())
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(KeyCertOptions.wrap(keys))
                .setTrustOptions(TrustOptions.wrap(new AnyClientTrust(settings.clientAuthorities())))
                .setClientAuth(ClientAuth.REQUEST)
                // A handshake takes a millisecond of arithmetic, in which an event loop would serve nobody else.
                .setSslEngineOptions(new JdkSSLEngineOptions().setUseWorkerThread(true))
                .setSslHandshakeTimeout(10)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setMaxHeaderSize(MAX_HEADERS)
                .setMaxInitialLineLength(MAX_LINE)
                .setHandle100ContinueAutomatically(true)
                .setCompressionSupported(false)
                .setDecompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setHttp2RstFloodMaxRstFramePerWindow(MAX_RESETS)
                .setHttp2RstFloodWindowDuration(30)
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                .setReuseAddress(true);
        options.setInitialSettings(new Http2Settings()
                .setMaxConcurrentStreams(MAX_STREAMS)
                .setInitialWindowSize(INITIAL_WINDOW)
                .setMaxHeaderListSize(MAX_HEADERS));
        options.setAcceptBacklog(4096);
        return options;
    }

    /** Shows other certificates from now on, to clients and to kubelets. Connections that are open stay. */
    public void renew(CertificateAndKey server, CertificateAndKey kubeletClient) {
        keys.replace(server);
        forwarder.renew(kubeletClient);
    }

    /**
     * Reads something of a kubelet. Blocks.
     *
     * @param kubelet whose answer is not larger than some megabytes
     * @throws IOException when there is no answer, or another than 200
     */
    public byte[] read(ForwardTarget kubelet, Duration patience) throws IOException {
        return new KubeletReader(forwarder::kubelets).read(kubelet, MAX_KUBELET_ANSWER, patience);
    }

    /** The port that is listened on; 0 before {@link #start}. */
    public int port() {
        return port;
    }

    /** Stops listening, ends watches, lets other requests finish for a moment, and closes all connections. Idempotent. */
    @Override
    public void close() {
        handler.stop();
        for (HttpServer listener : listeners) {
            Blocking.await(listener.shutdown(Duration.ofSeconds(1)));
        }
        listeners.clear();
        forwarder.close();
    }
}
