package dev.proa.server.http;

import dev.proa.api.status.StatusException;
import dev.proa.server.apiserver.ApiRequest;
import dev.proa.server.apiserver.ApiResponse;
import dev.proa.server.apiserver.ApiServer;
import dev.proa.server.apiserver.Output;
import dev.proa.server.apiserver.Query;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.metrics.ServerMetrics;
import io.netty.channel.EventLoop;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads requests, says who they come from, has them answered, and sends the answers. Called on event loops. */
final class RequestHandler implements Handler<HttpServerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);
    private static final int MAX_BODY = 3 << 20;

    private final ApiServer server;
    private final Authenticator authenticator;
    private final Connections connections;
    private final Forwarder forwarder;
    private final ServerMetrics metrics;
    private final Map<EventLoop, WatchLoop> loops = new ConcurrentHashMap<>();
    private final Allowance bodies = Allowance.ofHeap();

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
    }

    /** Ends all watches. */
    void stop() {
        loops.values().forEach(WatchLoop::stop);
    }

    @Override
    public void handle(HttpServerRequest request) {
        Connections.State connection = connections.state(request.connection());
        String method = request.method().name();
        boolean body = !method.equals("GET") && !method.equals("HEAD");
        connection.begun(body);
        Exchange exchange = new Exchange(request, connection, metrics);
        if (!body) {
            if (isUpgrade(request)) {
                request.pause();
                Thread.ofVirtual().start(() -> answer(exchange, connection, ApiRequest.Body.NONE));
            } else if (server.mayBlock(method, request.path(), request.query())) {
                Thread.ofVirtual().start(() -> answer(exchange, connection, ApiRequest.Body.NONE));
            } else {
                answer(exchange, connection, ApiRequest.Body.NONE);
            }
            return;
        }
        if (isUpgrade(request)) {
            connection.bodyComplete();
            request.pause();
            Thread.ofVirtual().start(() -> answer(exchange, connection, ApiRequest.Body.NONE));
            return;
        }
        readBody(exchange, connection);
    }

    private static boolean isUpgrade(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.UPGRADE);
    }

    private void readBody(Exchange exchange, Connections.State connection) {
        HttpServerRequest request = exchange.request();
        try {
            checkHead(request, connection);
        } catch (StatusException refusal) {
            connection.bodyComplete();
            exchange.fail(refusal, Output.JSON);
            return;
        }
        Body body = new Body(exchange, connection);
        request.handler(body::more);
        request.exceptionHandler(body::broken);
        request.endHandler(nothing -> body.end());
    }

    /** Refuses what can be refused before anything of the body is kept: strangers fill no memory. */
    private void checkHead(HttpServerRequest request, Connections.State connection) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && isTooLarge(length)) {
            throw StatusException.tooLarge("limit is " + MAX_BODY);
        }
        UserInfo user = effective(request, user(request, connection));
        if (user.in(UserInfo.UNAUTHENTICATED)) {
            server.authorize(new ApiRequest(
                    request.method().name(),
                    path(request.path()),
                    Query.parse(request.query()),
                    ApiRequest.Body.NONE,
                    "",
                    user));
        }
    }

    private static boolean isTooLarge(String length) {
        try {
            return Long.parseLong(length) > MAX_BODY;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Collects the body of one request, on its event loop. */
    private final class Body {
        private final Exchange exchange;
        private final Connections.State connection;
        private @Nullable Buffer content;
        private int held;
        private boolean over;

        Body(Exchange exchange, Connections.State connection) {
            this.exchange = exchange;
            this.connection = connection;
        }

        void more(Buffer chunk) {
            if (over) {
                return;
            }
            if (held + chunk.length() > MAX_BODY) {
                refuse(StatusException.tooLarge("limit is " + MAX_BODY));
            } else if (!bodies.take(chunk.length())) {
                refuse(StatusException.tooManyRequests(
                        "the bodies of other requests take all the memory that there is for them, try again later", 1));
            } else {
                held += chunk.length();
                content = content == null ? chunk : content.appendBuffer(chunk);
            }
        }

        private void refuse(StatusException refusal) {
            drop();
            exchange.fail(refusal, Output.JSON);
        }

        void broken(Throwable cause) {
            if (!over) {
                drop();
                exchange.abandoned();
            }
        }

        private void drop() {
            over = true;
            content = null;
            bodies.give(held);
            connection.bodyComplete();
        }

        void end() {
            if (over) {
                return;
            }
            over = true;
            connection.bodyComplete();
            String type = exchange.request().getHeader(HttpHeaders.CONTENT_TYPE);
            byte[] bytes = content == null ? new byte[0] : content.getBytes();
            content = null;
            ApiRequest.Body body = new ApiRequest.Bytes(bytes, type == null ? "" : type);
            Thread.ofVirtual().start(() -> {
                try {
                    answer(exchange, connection, body);
                } finally {
                    bodies.give(held);
                }
            });
        }
    }

    private void answer(Exchange exchange, Connections.State connection, ApiRequest.Body body) {
        HttpServerRequest request = exchange.request();
        Output output = Output.JSON;
        try {
            UserInfo user = effective(request, user(request, connection));
            String accept = request.getHeader(HttpHeaders.ACCEPT);
            ApiRequest call = new ApiRequest(
                    request.method().name(),
                    path(request.path()),
                    Query.parse(request.query()),
                    body,
                    accept == null ? "" : accept,
                    user);
            exchange.of(call);
            output = Output.negotiateOr(call.accept(), Output.JSON);
            ApiResponse response = server.handle(call);
            send(exchange, response, output);
        } catch (StatusException e) {
            exchange.fail(e, output);
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("Cannot answer {} {}", request.method(), request.path(), e);
            exchange.fail(StatusException.internalError(String.valueOf(e.getMessage())), output);
        }
    }

    private void send(Exchange exchange, ApiResponse response, Output output) {
        switch (response.body()) {
            case ApiResponse.Events events -> {
                WatchLoop loop =
                        loops.computeIfAbsent(exchange.eventLoop(), eventLoop -> new WatchLoop(eventLoop, metrics));
                loop.add(new WatchSender(exchange, events.stream(), loop), response.warnings());
            }
            case ApiResponse.Forward forward -> forwarder.forward(exchange, forward.target());
            default -> exchange.send(response, output);
        }
    }

    private UserInfo user(HttpServerRequest request, Connections.State connection) {
        if (connection.certificateUser != null) {
            UserInfo user = connection.certificateUser.user();
            if (user != null) {
                return user;
            }
        }
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            UserInfo user = authenticator.token(authorization.substring(7).strip());
            if (user == null) {
                throw StatusException.unauthorized();
            }
            return user;
        }
        if (connection.certificateShown) {
            throw StatusException.unauthorized();
        }
        return UserInfo.ANONYMOUS;
    }

    /** Who acts: the user, or whom the user asks to act as. */
    private UserInfo effective(HttpServerRequest request, UserInfo user) {
        return Impersonation.asked(request.headers()) ? Impersonation.of(request.headers(), user, server) : user;
    }

    private static String path(String raw) {
        if (raw.indexOf('%') < 0) {
            return raw;
        }
        try {
            return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw StatusException.badRequest("invalid URL escape in the path: " + raw);
        }
    }
}
