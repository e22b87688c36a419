package dev.proa.server.http;

import dev.proa.api.status.StatusException;
import dev.proa.http.FairBudget;
import dev.proa.server.apiserver.ApiRequest;
import dev.proa.server.apiserver.ApiResponse;
import dev.proa.server.apiserver.ApiServer;
import dev.proa.server.apiserver.WatchStream;
import dev.proa.server.audit.AuditTrail;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.flowcontrol.FlowControl;
import dev.proa.server.metrics.ServerMetrics;
import io.netty.channel.EventLoop;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests from event loops, and has each answered by a thread of its own once it was let in: see {@link Arrival} for the way there.
 */
final class RequestHandler implements Handler<HttpServerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

    /** Requests that are on their way in on a thread, because they may have to wait there. */
    private static final int ARRIVING = 500;

    /** As {@code --request-timeout} of kube-apiserver. */
    private static final Duration PATIENCE_WITH_EXTENSIONS = Duration.ofSeconds(60);

    private static final int HEAP_OF_A_WATCH = 128 << 10;

    final ApiServer server;
    final Authenticator authenticator;
    /** Room for requests whose way in may block. */
    final Semaphore arriving = new Semaphore(ARRIVING);

    private final ThreadFactory threads;
    private final Connections connections;
    private final Forwarder forwarder;
    private final ServerMetrics metrics;
    private final Map<EventLoop, WatchLoop> loops = new ConcurrentHashMap<>();
    private final RequestBodies bodies = new RequestBodies();
    private final FairBudget watches =
            new FairBudget(Math.max(64, Runtime.getRuntime().maxMemory() / HEAP_OF_A_WATCH));

    /** @param threads makes the thread of a request */
    RequestHandler(
            ApiServer server,
            Authenticator authenticator,
            Connections connections,
            Forwarder forwarder,
            ServerMetrics metrics,
            ThreadFactory threads) {
        this.server = server;
        this.authenticator = authenticator;
        this.connections = connections;
        this.forwarder = forwarder;
        this.metrics = metrics;
        this.threads = threads;
    }

    /** Ends all watches. */
    void stop() {
        loops.values().forEach(WatchLoop::stop);
    }

    @Override
    public void handle(HttpServerRequest request) {
        Connections.State connection = connections.state(request.connection());
        connection.guard().begun();
        Exchange exchange = new Exchange(request, connection.guard(), server.catalog(), metrics);
        String method = request.method().name();
        boolean upgrade = request.headers().contains(HttpHeaders.UPGRADE);
        boolean body = !upgrade && !method.equals("GET") && !method.equals("HEAD");
        if (body || upgrade) {
            request.pause();
        }
        new Arrival(this, exchange, connection, body).begin();
    }

    /** Goes on with a request on a thread of its own. */
    void start(Runnable work) {
        threads.newThread(work).start();
    }

    /** Does a stage of a request, which fails when the stage does. */
    void guarded(Exchange exchange, Runnable stage) {
        try {
            stage.run();
        } catch (StatusException e) {
            exchange.fail(e);
        } catch (RuntimeException | Error e) {
            // An error, too: without an answer the client would wait for ever.
            HttpServerRequest request = exchange.request();
            LOG.error("Cannot answer {} {}", request.method(), request.path(), e);
            exchange.fail(StatusException.internalError(String.valueOf(e.getMessage()), e));
        }
    }

    /**
     * Answers a request that was let in, on this thread.
     *
     * @param payer whose share of the memory for bodies and watches it takes
     */
    void serve(Exchange exchange, ApiServer.Entry entry, ApiRequest head, boolean body, String payer) {
        try (entry) {
            Duration patience = head.info().kind() == FlowControl.Kind.LONG_RUNNING ? null : PATIENCE_WITH_EXTENSIONS;
            guarded(exchange, () -> {
                if (!body) {
                    send(exchange, entry.handle(head), payer, patience);
                    return;
                }
                try (RequestBodies.Held held = bodies.read(exchange, payer)) {
                    ApiRequest whole = head.with(held.body());
                    exchange.of(whole);
                    send(exchange, entry.handle(whole), payer, patience);
                }
            });
        }
    }

    /** @param patience how long an extension API server may take for the head of its answer; null for as long as it takes */
    private void send(Exchange exchange, ApiResponse response, String payer, @Nullable Duration patience) {
        switch (response.body()) {
            case ApiResponse.Events events -> watch(exchange, response, events.stream(), payer);
            case ApiResponse.Forward forward -> forwarder.forward(exchange, forward.target());
            case ApiResponse.Delegate delegate -> forwarder.delegate(exchange, delegate, patience);
            default -> exchange.send(response);
        }
    }

    private void watch(Exchange exchange, ApiResponse response, WatchStream stream, String payer) {
        boolean socket;
        try {
            socket = WatchSocket.isAskedFor(exchange.request());
            if (!watches.take(payer, 1)) {
                throw StatusException.tooManyRequests("too many watches, please try again later", 1);
            }
        } catch (StatusException e) {
            stream.close();
            throw e;
        }
        WatchLoop loop = loops.computeIfAbsent(exchange.eventLoop(), eventLoop -> new WatchLoop(eventLoop, metrics));
        WatchConnection connection = socket
                ? new WatchSocket(exchange, response.encoding())
                : new WatchResponse(exchange, response.encoding());
        WatchSender sender = new WatchSender(exchange, stream, connection, loop, () -> watches.give(payer, 1));
        AuditTrail trail = exchange.trail();
        if (trail != null) {
            trail.responseStarted(socket ? 101 : response.status());
        }
        loop.add(sender, response.warnings());
    }
}
