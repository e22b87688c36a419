package dev.proa.server.http;

import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.http.UpgradeMethod;
import dev.proa.server.aggregator.ExtensionClients;
import dev.proa.server.aggregator.FrontProxy;
import dev.proa.server.apiserver.ApiResponse;
import dev.proa.server.apiserver.ForwardTarget;
import dev.proa.server.pki.CertificateAndKey;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.TrustOptions;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import java.io.IOException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes requests on to kubelets, pods, services and extension API servers, and their answers back. An upgrade (WebSocket, SPDY) that is accepted becomes a
 * tunnel: from then on bytes are passed both ways as they are.
 */
final class Forwarder implements AutoCloseable {
    /** Headers of one connection, and the client's credentials for the API server. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "authorization",
            "host",
            "content-length",
            "http2-settings");

    /** CORS headers of a proxied server must not apply to the API server's origin. */
    private static final List<String> OF_OTHER_ORIGINS = List.of(
            "Access-Control-Allow-Credentials",
            "Access-Control-Allow-Headers",
            "Access-Control-Allow-Methods",
            "Access-Control-Allow-Origin");

    private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);
    private static final int CONNECT_MILLIS = 10_000;
    private static final int PIECES_AHEAD = 8;

    private final Vertx vertx;
    private final X509Certificate authority;
    private final SingleKeyManager kubeletClient;
    private final Supplier<String> podsFrom;
    private final @Nullable ExtensionClients extensions;
    private final Predicate<String> ofProxies;
    private @Nullable HttpClient kubelets;
    private @Nullable HttpClient others;

    /**
     * @param podsFrom the address that connections to pods and services come from; empty for any
     * @param extensions the connections to extension API servers; null when there cannot be any
     * @param ofProxies which headers besides {@code X-Remote-*} name users on behalf of proxies, by their names
     */
    Forwarder(
            Vertx vertx,
            X509Certificate authority,
            CertificateAndKey kubeletClient,
            Supplier<String> podsFrom,
            @Nullable ExtensionClients extensions,
            Predicate<String> ofProxies) {
        this.ofProxies = ofProxies;
        this.extensions = extensions;
        this.podsFrom = podsFrom;
        this.vertx = vertx;
        this.authority = authority;
        this.kubeletClient = new SingleKeyManager(kubeletClient);
    }

    /** Shows kubelets another certificate from now on. */
    void renew(CertificateAndKey renewed) {
        kubeletClient.replace(renewed);
    }

    private synchronized HttpClient client(boolean kubelet) {
        HttpClient known = kubelet ? kubelets : others;
        if (known != null) {
            return known;
        }
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setVerifyHost(false)
                .setKeepAlive(true)
                .setDecompressionSupported(false);
        if (kubelet) {
            options.setSsl(true)
                    .setKeyCertOptions(KeyCertOptions.wrap(kubeletClient))
                    .setTrustOptions(TrustOptions.wrap(new AuthorityTrust(authority)));
        } else {
            // As Kubernetes: what a pod shows is not examined, since no authority is agreed on.
            options.setTrustAll(true);
        }
        HttpClient made = ConnectionGuard.client(
                vertx, options, new PoolOptions().setHttp1MaxSize(1_000), kubelet ? "" : podsFrom.get());
        if (kubelet) {
            kubelets = made;
        } else {
            others = made;
        }
        return made;
    }

    /** The client that shows the API server's certificate to kubelets. */
    HttpClient kubelets() {
        return client(true);
    }

    /** Passes a request on; blocks its virtual thread until the head of the answer is there. */
    void forward(Exchange exchange, ForwardTarget target) {
        HttpServerRequest request = exchange.request();
        boolean upgrade = request.headers().contains(HttpHeaders.UPGRADE);
        if (!upgrade && isRoot(request, target)) {
            redirectToRoot(exchange);
            return;
        }
        RequestOptions options = new RequestOptions()
                .setMethod(request.method())
                .setHost(target.host())
                .setPort(target.port())
                .setSsl(target.secure())
                .setURI(target.uri());
        try {
            HttpClientRequest onward =
                    Blocking.await(client(!target.node().isEmpty()).request(options));
            checkNode(onward, target.node());
            pass(request.headers(), onward.headers());
            if (!target.prefix().isEmpty()) {
                onward.putHeader(
                        "X-Forwarded-Uri", target.prefix() + target.uri().split("\\?", 2)[0]);
            }
            HttpClientResponse answer = Blocking.await(sent(exchange, onward, upgrade));
            if (answer.statusCode() == 101) {
                tunnel(exchange, answer);
            } else {
                answer(exchange, target, onward, answer);
            }
        } catch (CompletionException e) {
            exchange.fail(unreachable(target.host() + ":" + target.port(), e));
        }
    }

    /** Sends a request on; tells the head of the answer, of which nothing more has flown. */
    private static Future<HttpClientResponse> sent(Exchange exchange, HttpClientRequest onward, boolean upgrade) {
        // Failures arrive with the futures; this is for those after them, when nobody waits any more.
        onward.exceptionHandler(cause -> LOG.debug("The connection for {} broke", onward.getURI(), cause));
        // Before anything is sent: an answer that came before this would flow away.
        Future<HttpClientResponse> response = onward.response().map(Forwarder::held);
        if (upgrade) {
            onward.putHeader(HttpHeaders.CONNECTION, "Upgrade");
            onward.putHeader(HttpHeaders.UPGRADE, exchange.request().getHeader(HttpHeaders.UPGRADE));
            onward.connect();
        } else {
            send(onward, exchange.body());
        }
        return response;
    }

    static StatusException unreachable(String where, CompletionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return StatusException.of(
                Reason.ServiceUnavailable,
                "error trying to reach " + where + ": " + cause.getMessage(),
                MapValue.EMPTY);
    }

    /**
     * Passes a request on to an extension API server, as it came but for who makes it; blocks its virtual thread until the head of the
     * answer is there.
     *
     * @param patience how long it may take until then; null for as long as it takes
     */
    void delegate(Exchange exchange, ApiResponse.Delegate delegate, @Nullable Duration patience) {
        HttpServerRequest request = exchange.request();
        boolean upgrade = request.headers().contains(HttpHeaders.UPGRADE);
        ExtensionClients clients = extensions;
        if (clients == null) {
            throw StatusException.serviceUnavailable("this server reaches no extension API servers");
        }
        String where = delegate.address().host() + ":" + delegate.address().port();
        String uri = request.path() + (request.query() == null ? "" : "?" + request.query());
        MultiMap user = FrontProxy.headers(delegate.user());
        HttpClientRequest onward = null;
        try {
            onward = Blocking.await(clients.request(delegate.api(), delegate.address(), request.method(), uri));
            MultiMap headers = onward.headers();
            pass(request.headers(), headers);
            headers.addAll(user);
            headers.set(Exchange.AUDIT_ID, exchange.auditId());
            Future<HttpClientResponse> head = sent(exchange, onward, upgrade);
            HttpClientResponse answer = patience == null ? Blocking.await(head) : Blocking.await(head, patience);
            if (answer.statusCode() == 101) {
                tunnel(exchange, answer);
            } else {
                exchange.response().setStatusCode(answer.statusCode());
                copy(answer.headers(), exchange.response().headers());
                stream(exchange, onward, answer);
            }
        } catch (CompletionException e) {
            if (onward != null) {
                onward.reset();
            }
            exchange.fail(
                    patience != null && e.getCause() instanceof TimeoutException
                            ? StatusException.timeout(
                                    "the extension API server did not answer in " + patience.toSeconds() + " s", 0)
                            : unreachable(where, e));
        }
    }

    /** Whether somebody reads what is proxied without a path: its relative links would lead elsewhere. */
    private static boolean isRoot(HttpServerRequest request, ForwardTarget target) {
        return request.path().equals(target.prefix())
                && (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD);
    }

    private static void redirectToRoot(Exchange exchange) {
        HttpServerRequest request = exchange.request();
        String query = request.query();
        exchange.response()
                .setStatusCode(301)
                .putHeader(HttpHeaders.LOCATION, request.path() + "/" + (query == null ? "" : "?" + query))
                .end()
                .onComplete(sent -> exchange.answered(301));
    }

    /**
     * Refuses to speak to anybody but the node's kubelet: whoever may write a node's address could otherwise have the API server show its
     * certificate to another server of the cluster, itself for one.
     */
    static void checkNode(HttpClientRequest onward, String node) {
        if (node.isEmpty()) {
            return;
        }
        try {
            List<Certificate> shown = onward.connection().peerCertificates();
            if (AuthorityTrust.isOfNode((X509Certificate) shown.getFirst(), node)) {
                return;
            }
        } catch (SSLPeerUnverifiedException e) {
            LOG.debug("No certificate of node {}", node, e);
        }
        onward.reset();
        throw new CompletionException(new IOException("it does not show the certificate of node " + node));
    }

    /** Failures arrive with the answer that does not come. */
    private static void send(HttpClientRequest onward, byte[] body) {
        if (body.length == 0) {
            onward.end();
        } else {
            onward.end(Buffer.buffer(body));
        }
    }

    /** Keeps an answer from flowing on its event loop, before anything of it is there, until it is known where to. */
    private static HttpClientResponse held(HttpClientResponse answer) {
        if (answer.statusCode() == 101) {
            answer.netSocket().pause();
        } else {
            answer.pause();
        }
        return answer;
    }

    /** Passes on the headers of a request but those by which proxies name users: servers behind this one may believe them. */
    private void pass(MultiMap from, MultiMap to) {
        List<Map.Entry<String, String>> headers = new ArrayList<>(from.entries());
        headers.removeIf(header -> ofProxies.test(header.getKey()));
        copy(headers, to);
    }

    private static void copy(Iterable<Map.Entry<String, String>> from, MultiMap to) {
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey();
            String lower = name.toLowerCase(Locale.ROOT);
            if (!name.startsWith(":")
                    && !HOP_BY_HOP.contains(lower)
                    && !UpgradeMethod.isHeader(lower)
                    && !Impersonation.isHeader(name)
                    && !FrontProxy.isHeader(name)) {
                to.add(name, header.getValue());
            }
        }
    }

    /**
     * Passes bytes both ways until both sides have said all. All of it is set up on the client's event loop: between the answer that
     * accepts the upgrade and the pipes no byte of the client may come by.
     */
    private static void tunnel(Exchange exchange, HttpClientResponse answer) {
        exchange.starting(101);
        HttpServerResponse response = exchange.response();
        copy(answer.headers(), response.headers());
        response.putHeader(HttpHeaders.CONNECTION, "Upgrade");
        response.putHeader(HttpHeaders.UPGRADE, answer.getHeader(HttpHeaders.UPGRADE));
        exchange.eventLoop()
                .execute(() -> exchange.request()
                        .toNetSocket()
                        .onSuccess(near -> connect(exchange, near, answer))
                        .onFailure(gone -> {
                            answer.request().connection().close();
                            exchange.answered(101);
                        }));
    }

    private static void connect(Exchange exchange, NetSocket near, HttpClientResponse answer) {
        NetSocket far = answer.netSocket();
        HttpConnection connection = answer.request().connection();
        near.pause();
        near.closeHandler(nothing -> {
            connection.close();
            exchange.answered(101);
        });
        pass(near, far).onComplete(ended -> connection.close());
        // A connection that is closed drops what it has not sent yet: so its turn comes after a last, empty write.
        pass(far, near).transform(ended -> near.write(Buffer.buffer())).onComplete(sent -> near.close());
    }

    /**
     * Passes bytes on until there are no more, or nobody takes them. A piece is asked for when one before it was written. (A pipe asks
     * when the writing side says that it has drained; between two event loops it may miss that, and then waits for ever.)
     *
     * @param from paused
     */
    private static Future<Void> pass(ReadStream<Buffer> from, WriteStream<Buffer> to) {
        Promise<Void> ended = Promise.promise();
        from.handler(piece -> to.write(piece).onComplete(written -> {
            if (written.succeeded()) {
                from.fetch(1);
            } else {
                ended.tryFail(written.cause());
            }
        }));
        from.endHandler(nothing -> ended.tryComplete());
        from.exceptionHandler(ended::tryFail);
        from.fetch(PIECES_AHEAD);
        return ended.future();
    }

    /** Passes an answer on; that of a proxied server with its links and redirects led through the proxy. */
    private static void answer(
            Exchange exchange, ForwardTarget target, HttpClientRequest onward, HttpClientResponse answer) {
        HttpServerResponse response = exchange.response();
        response.setStatusCode(answer.statusCode());
        copy(answer.headers(), response.headers());
        if (target.prefix().isEmpty()) {
            stream(exchange, onward, answer);
            return;
        }
        OF_OTHER_ORIGINS.forEach(response.headers()::remove);
        String asked = exchange.request().authority() == null
                ? ""
                : exchange.request().authority().toString();
        ProxiedPages pages = new ProxiedPages(target.prefix(), target.host() + ":" + target.port(), asked);
        String location = answer.getHeader(HttpHeaders.LOCATION);
        String encoding = answer.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (location != null) {
            response.putHeader(HttpHeaders.LOCATION, pages.link(location));
        } else if (ProxiedPages.readable(answer.getHeader(HttpHeaders.CONTENT_TYPE), encoding)
                && answer.request().getMethod() != HttpMethod.HEAD
                && length(answer) <= ProxiedPages.LONGEST) {
            page(exchange, onward, answer, body -> pages.page(body, encoding));
            return;
        }
        stream(exchange, onward, answer);
    }

    /** The {@code Content-Length}; 0 when there is none. */
    private static long length(HttpClientResponse answer) {
        String length = answer.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null || !length.chars().allMatch(Character::isDigit) || length.length() > 18
                ? 0
                : Long.parseLong(length);
    }

    /** Collects a page and passes it on changed; one that turns out too long goes on as it is. */
    private static void page(
            Exchange exchange,
            HttpClientRequest onward,
            HttpClientResponse answer,
            Function<byte[], byte @Nullable []> change) {
        HttpServerResponse response = exchange.response();
        Buffer whole = Buffer.buffer();
        Promise<Boolean> collected = Promise.promise();
        answer.handler(piece -> {
            whole.appendBuffer(piece);
            if (whole.length() > ProxiedPages.LONGEST) {
                answer.pause();
                collected.tryComplete(false);
            } else {
                answer.fetch(1);
            }
        });
        answer.endHandler(nothing -> collected.tryComplete(true));
        answer.exceptionHandler(collected::tryFail);
        response.closeHandler(nothing -> {
            onward.reset();
            exchange.abandoned();
        });
        answer.fetch(1);
        boolean complete = Blocking.await(collected.future());
        byte[] changed = complete ? change.apply(whole.getBytes()) : null;
        response.headers().remove(HttpHeaders.CONTENT_LENGTH);
        exchange.starting(answer.statusCode());
        exchange.tellClassification();
        response.setChunked(true);
        Buffer first = changed == null ? whole : Buffer.buffer(changed);
        response.writeHead()
                .compose(written -> response.write(first))
                .compose(written -> complete ? Future.succeededFuture() : pass(answer, response))
                .compose(written -> response.end())
                .onComplete(done -> {
                    if (done.failed()) {
                        response.reset();
                    }
                    exchange.answered(answer.statusCode());
                });
    }

    private static void stream(Exchange exchange, HttpClientRequest onward, HttpClientResponse answer) {
        HttpServerResponse response = exchange.response();
        exchange.starting(answer.statusCode());
        exchange.tellClassification();
        String length = answer.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            response.setChunked(true);
        } else {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, length);
        }
        response.closeHandler(nothing -> {
            onward.reset();
            exchange.abandoned();
        });
        // Nothing of the body before the head is written: the two come from different threads.
        response.writeHead()
                .compose(written -> pass(answer, response))
                .compose(written -> response.end())
                .onComplete(done -> {
                    if (done.failed()) {
                        response.reset();
                    }
                    exchange.answered(answer.statusCode());
                });
    }

    @Override
    public synchronized void close() {
        if (kubelets != null) {
            kubelets.close();
        }
        if (others != null) {
            others.close();
        }
    }
}
