package dev.proa.server.http;

import dev.proa.api.status.StatusException;
import dev.proa.http.UpgradeMethod;
import dev.proa.server.apiserver.ApiRequest;
import dev.proa.server.apiserver.ApiServer;
import dev.proa.server.apiserver.Impersonated;
import dev.proa.server.apiserver.Query;
import dev.proa.server.apiserver.RequestInfo;
import dev.proa.server.audit.Audit;
import dev.proa.server.audit.AuditTrail;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authentication.WebSocketTokenAuthenticator;
import dev.proa.server.flowcontrol.FlowControl;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The way in of one request over HTTP:
 *
 * <pre>
 *   authenticate ──► audit: received ──► impersonate ──► authorize ──► flow control ──► a thread: read the body, answer
 *                                                                          └─ wait, without a thread ─┘
 * </pre>
 *
 * <p>A stage runs on the event loop as long as it says that it does not block; from the first that may block on, the request has a thread. So
 * many requests may be on their way in on threads; flow control bounds those that were let in. A request that is refused on an event loop
 * never gets a thread.
 */
final class Arrival {
    /** As the decoder of HTTP/1 allows; those of HTTP/2 come here uncounted. */
    private static final int MOST_HEADERS = 200;

    private final RequestHandler handler;
    private final Exchange exchange;
    private final Connections.State connection;
    private final boolean body;
    private boolean threaded;
    /** What is left to do on the thread that this request has already. */
    private @Nullable Runnable admitted;

    /** @param body whether the request has a body, which is not read yet */
    Arrival(RequestHandler handler, Exchange exchange, Connections.State connection, boolean body) {
        this.handler = handler;
        this.exchange = exchange;
        this.connection = connection;
        this.body = body;
    }

    /** Begins on the event loop. */
    void begin() {
        handler.guarded(exchange, () -> {
            HttpServerRequest request = exchange.request();
            Credentials credentials =
                    new Credentials(connection.certificate(), new ExchangeHeaders(request.headers()), request.path());
            Audit audit = handler.server.audit();
            String given = request.getHeader(Exchange.AUDIT_ID);
            exchange.auditId(given == null || given.isEmpty() ? audit.newId() : given);
            exchange.trail(audit.isOn() ? audit.begin(origin(request)) : null);
            next(audit.mayBlock() || handler.authenticator.mayBlock(credentials), () -> authenticate(credentials));
        });
    }

    private AuditTrail.Origin origin(HttpServerRequest request) {
        SocketAddress address = request.remoteAddress();
        return new AuditTrail.Origin(
                exchange.auditId(),
                request.uri(),
                UpgradeMethod.of(request).name(),
                SourceAddresses.of(request.headers(), address == null ? null : address.hostAddress()),
                agent(request));
    }

    private static String agent(HttpServerRequest request) {
        String agent = request.getHeader(HttpHeaders.USER_AGENT);
        return agent == null ? "" : agent;
    }

    /** Goes on with the next stage: on this thread, or on a new one when the stage may block and this is an event loop. */
    private void next(boolean mayBlock, Runnable stage) {
        if (!mayBlock || threaded) {
            stage.run();
            return;
        }
        if (!handler.arriving.tryAcquire()) {
            throw StatusException.tooManyRequests("Too many requests, please try again later.", 1);
        }
        threaded = true;
        handler.start(() -> handler.guarded(exchange, () -> arriveOnThread(stage)));
    }

    /** Has the stages up to the last one done, and answers the request once others can take its place among those who arrive. */
    private void arriveOnThread(Runnable stage) {
        try {
            stage.run();
        } finally {
            handler.arriving.release();
        }
        Runnable work = admitted;
        if (work != null) {
            work.run();
        }
    }

    private void authenticate(Credentials credentials) {
        HttpServerRequest request = exchange.request();
        if (request.headers().entries().size() > MOST_HEADERS) {
            throw StatusException.tooManyHeaders(MOST_HEADERS);
        }
        if (!(handler.authenticator.authenticate(credentials) instanceof Authentication.Authenticated proof)) {
            connection.guard().unauthenticated();
            throw unauthorized();
        }
        UserInfo user = proof.user();
        AuditTrail trail = exchange.trail();
        if (trail != null) {
            proof.annotations().forEach(trail::annotate);
        }
        ApiRequest head = head(user, trail);
        exchange.of(head);
        if (trail != null) {
            trail.received(
                    head.info().attributes(user, head.query()), head.info().kind() == FlowControl.Kind.LONG_RUNNING);
        }
        if (!connection.known(user)) {
            throw StatusException.tooManyRequests(user.name() + " has too many connections", 1);
        }
        exchange.warn(proof.warnings());
        forgetToken(request, credentials);
        if (Impersonation.asked(request.headers())) {
            // Authorization is asked about each part of the other identity; this is rare, and need not be quick.
            next(true, () -> impersonate(head, credentials));
        } else {
            authorize(head, user);
        }
    }

    private StatusException unauthorized() {
        StatusException refusal = StatusException.unauthorized();
        AuditTrail trail = exchange.trail();
        if (trail != null) {
            ApiRequest head = head(UserInfo.ANONYMOUS, trail);
            trail.unauthenticated(head.info().attributes(UserInfo.ANONYMOUS, head.query()), refusal);
        }
        return refusal;
    }

    /** Who comes next in the place of this server must not see the token, nor choose it as a subprotocol. */
    private static void forgetToken(HttpServerRequest request, Credentials credentials) {
        if (request.headers().contains(WebSocketTokenAuthenticator.HEADER)) {
            String protocols = WebSocketTokenAuthenticator.withoutToken(credentials.headers());
            if (protocols != null) {
                request.headers().set(WebSocketTokenAuthenticator.HEADER, protocols);
            }
        }
    }

    private void impersonate(ApiRequest head, Credentials credentials) {
        UserInfo user = head.user();
        UserInfo wanted = Impersonation.wanted(credentials.headers());
        if (wanted == null) {
            authorize(head, user);
            return;
        }
        Impersonated as = handler.server.impersonate(wanted, head.info().attributes(user, head.query()));
        AuditTrail trail = exchange.trail();
        if (trail != null) {
            trail.impersonates(as.user(), as.constraint());
        }
        authorize(head.as(as.user()), user);
    }

    /** What is requested. A request that cannot be read is put on record as one for its path. */
    private ApiRequest head(UserInfo user, @Nullable AuditTrail trail) {
        try {
            return head(user);
        } catch (StatusException e) {
            if (trail != null) {
                HttpServerRequest request = exchange.request();
                String verb = UpgradeMethod.of(request).name().toLowerCase(Locale.ROOT);
                trail.received(AuthorizationAttributes.ofPath(user, verb, request.path()), false);
            }
            throw e;
        }
    }

    private ApiRequest head(UserInfo user) {
        HttpServerRequest request = exchange.request();
        Query query = Query.parse(request.query());
        String method = UpgradeMethod.of(request).name();
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        RequestInfo info = RequestInfo.parse(method, request.path(), query);
        return new ApiRequest(
                method, info, query, ApiRequest.Body.NONE, accept == null ? "" : accept, user, agent(request));
    }

    private void authorize(ApiRequest head, UserInfo user) {
        exchange.of(head);
        AuthorizationAttributes attributes = head.info().attributes(head.user(), head.query());
        next(handler.server.mayBlock(attributes), () -> enter(head, attributes, user));
    }

    private void enter(ApiRequest head, AuthorizationAttributes attributes, UserInfo user) {
        ApiServer.Entry entry = handler.server.enter(head, attributes, user, exchange.catalog(), exchange.trail());
        exchange.classified(entry.classification());
        Runnable work = () -> handler.serve(exchange, entry, head, body, user.name());
        if (entry.isWaiting()) {
            exchange.onEnd(entry::close);
            entry.onDecision(() -> resume(entry, work));
            return;
        }
        entry.checkAdmitted();
        if (threaded) {
            admitted = work;
            return;
        }
        boolean started = false;
        try {
            handler.start(work);
            started = true;
        } finally {
            if (!started) {
                entry.close();
            }
        }
    }

    /** Goes on with a request that waited, without a thread; its client may be gone. Quick: the caller has other things to do. */
    private void resume(ApiServer.Entry entry, Runnable work) {
        if (exchange.isOver()) {
            entry.close();
            return;
        }
        try {
            entry.checkAdmitted();
            handler.start(work);
        } catch (StatusException refusal) {
            if (handler.server.audit().mayBlock()) {
                handler.start(() -> exchange.fail(refusal));
            } else {
                exchange.eventLoop().execute(() -> exchange.fail(refusal));
            }
        }
    }
}
