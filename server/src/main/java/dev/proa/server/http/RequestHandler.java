package dev.proa.server.http;

import dev.proa.api.status.StatusException;
import dev.proa.http.FairBudget;
import dev.proa.server.apiserver.ApiRequest;
import dev.proa.server.apiserver.ApiResponse;
import dev.proa.server.apiserver.ApiServer;
import dev.proa.server.apiserver.Output;
import dev.proa.server.apiserver.Query;
import dev.proa.server.apiserver.RequestInfo;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.metrics.ServerMetrics;
import io.netty.channel.EventLoop;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads requests, says who they come from, has them answered, and sends the answers. It is called on event loops, and does nothing there
 * but start a virtual thread for the request: whatever is done for it may wait.
 */
final class RequestHandler implements Handler<HttpServerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

    /** As the decoder of HTTP/1 allows; those of HTTP/2 come here uncounted. */
    private static final int MOST_HEADERS = 200;

    /** Requests being answered; watches, logs and commands that go on do not count. */
    private static final int REQUESTS = 2_000;

    private static final int HEAP_OF_A_WATCH = 128 << 10;

    private final ApiServer server;
    private final Authenticator authenticator;
    private final Connections connections;
    private final Forwarder forwarder;
    private final ServerMetrics metrics;
    private final Map<EventLoop, WatchLoop> loops = new ConcurrentHashMap<>();
    private final RequestBodies bodies;
    private final FairBudget requests = new FairBudget(REQUESTS);
    private final FairBudget watches =
            new FairBudget(Math.max(64, Runtime.getRuntime().maxMemory() / HEAP_OF_A_WATCH));

    RequestHandler(
            ApiServer server,
            Authenticator authenticator,
            Connections connections,
            Forwarder forwarder,
            ServerMetrics metrics) {
        this.server = server;
        this.authenticator = authenticator;
        this.connections = connections;
        this.forwarder = forwarder;
        this.metrics = metrics;
        this.bodies = new RequestBodies(server);
    }

    /** Ends all watches. */
    void stop() {
        loops.values().forEach(WatchLoop::stop);
    }

    @Override
    public void handle(HttpServerRequest request) {
        Connections.State connection = connections.state(request.connection());
        connection.guard().begun();
        Exchange exchange = new Exchange(request, connection.guard(), metrics);
        String method = request.method().name();
        boolean upgrade = request.headers().contains(HttpHeaders.UPGRADE);
        boolean body = !upgrade && !method.equals("GET") && !method.equals("HEAD");
        if (body || upgrade) {
            request.pause();
        }
        Thread.ofVirtual().start(() -> serve(exchange, connection, body));
    }

    private void serve(Exchange exchange, Connections.State connection, boolean body) {
        HttpServerRequest request = exchange.request();
        Output output = Output.JSON;
        try {
            if (request.headers().entries().size() > MOST_HEADERS) {
                throw StatusException.tooManyHeaders(MOST_HEADERS);
            }
            UserInfo proved = user(request, connection);
            if (!connection.known(proved)) {
                throw StatusException.tooManyRequests(proved.name() + " has too many connections", 1);
            }
            UserInfo user = effective(request, proved);
            String accept = request.getHeader(HttpHeaders.ACCEPT);
            Query query = Query.parse(request.query());
            String method = request.method().name();
            ApiRequest head = new ApiRequest(
                    method,
                    RequestInfo.parse(method, request.path(), query),
                    query,
                    ApiRequest.Body.NONE,
                    accept == null ? "" : accept,
                    user);
            exchange.of(head);
            output = Output.negotiateOr(head.accept(), Output.JSON);
            if (!requests.take(proved.name(), 1)) {
                throw StatusException.tooManyRequests("too many requests, please try again later", 1);
            }
            try {
                answer(exchange, head, body, output, proved.name());
            } finally {
                requests.give(proved.name(), 1);
            }
        } catch (StatusException e) {
            exchange.fail(e, output);
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("Cannot answer {} {}", request.method(), request.path(), e);
            exchange.fail(StatusException.internalError(String.valueOf(e.getMessage())), output);
        }
    }

    private void answer(Exchange exchange, ApiRequest head, boolean body, Output output, String payer) {
        if (!body) {
            send(exchange, server.handle(head), output, payer);
            return;
        }
        try (RequestBodies.Held held = bodies.read(exchange, head, payer)) {
            ApiRequest whole = head.with(held.body());
            exchange.of(whole);
            send(exchange, server.handle(whole), output, payer);
        }
    }

    private void send(Exchange exchange, ApiResponse response, Output output, String payer) {
        switch (response.body()) {
            case ApiResponse.Events events -> {
                if (!watches.take(payer, 1)) {
                    events.stream().close();
                    throw StatusException.tooManyRequests("too many watches, please try again later", 1);
                }
                WatchLoop loop =
                        loops.computeIfAbsent(exchange.eventLoop(), eventLoop -> new WatchLoop(eventLoop, metrics));
                WatchSender sender = new WatchSender(exchange, events.stream(), loop, () -> watches.give(payer, 1));
                loop.add(sender, response.warnings());
            }
            case ApiResponse.Forward forward -> forwarder.forward(exchange, forward.target());
            default -> exchange.send(response, output);
        }
    }

    private UserInfo user(HttpServerRequest request, Connections.State connection) {
        Authenticator.CertificateUser certificate = connection.certificateUser();
        if (certificate != null) {
            UserInfo user = certificate.user();
            if (user != null) {
                return user;
            }
        }
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            UserInfo user = authenticator.token(authorization.substring(7).strip());
            if (user == null) {
                connection.guard().wasStrangers();
                throw StatusException.unauthorized();
            }
            return user;
        }
        if (connection.certificateShown()) {
            connection.guard().wasStrangers();
            throw StatusException.unauthorized();
        }
        return UserInfo.ANONYMOUS;
    }

    /** Who acts: the user, or whom the user asks to act as. */
    private UserInfo effective(HttpServerRequest request, UserInfo user) {
        return Impersonation.asked(request.headers()) ? Impersonation.of(request.headers(), user, server) : user;
    }
}
