package dev.proa.delivery.entry;

import dev.proa.delivery.entry.EntryService.Choice;
import dev.proa.delivery.entry.EntryService.Try;
import dev.proa.http.GuardedConnection;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A request on its way through the proxy, from its head to the last byte of the answer. Used on the event loop only. */
final class Exchange {
    private static final Set<HttpMethod> IDEMPOTENT = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE, HttpMethod.PUT, HttpMethod.DELETE);
    /** Neither side may be silent for longer within a request. */
    private static final long SILENCE_MILLIS = 300_000;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final EntryService service;
    private final HttpClient client;
    private final HttpClient http1;
    private final RequestMetrics metrics;
    private final Mirrors mirrors;
    private final GuardedConnection connection;
    private final boolean upgrade;
    private final boolean hasBody;
    private final @Nullable RequestTarget target;
    private Choice choice = Choice.NONE;
    private @Nullable Buffer body;
    private @Nullable HttpClientRequest onward;
    private int tries;
    private boolean gone;

    /** @param client speaks the request's version of HTTP */
    Exchange(
            HttpServerRequest request,
            EntryService service,
            HttpClient client,
            HttpClient http1,
            RequestMetrics metrics,
            Mirrors mirrors) {
        this.request = request;
        this.response = request.response();
        this.service = service;
        this.http1 = http1;
        this.metrics = metrics;
        this.mirrors = mirrors;
        this.connection = GuardedConnection.of(request.connection());
        boolean http2 = request.version() == HttpVersion.HTTP_2;
        // Browsers speak HTTP/2 to proxies, and most servers behind them HTTP/1.1; gRPC is HTTP/2 all the way.
        this.client = http2 && ForwardedHeaders.isGrpc(request.headers()) ? client : http1;
        this.upgrade = ForwardedHeaders.upgrades(request);
        this.hasBody = ForwardedHeaders.hasBody(request);
        this.target = RequestTarget.of(request);
    }

    void start(RandomGenerator random) {
        connection.begun();
        if (hasBody) {
            request.pause();
        }
        response.closeHandler(closed -> clientLeft());
        response.exceptionHandler(broken -> clientLeft());
        request.exceptionHandler(broken -> clientLeft());
        if (request.method() == HttpMethod.CONNECT) {
            fail(405, "tunnels are not made here");
            return;
        }
        if (target == null) {
            fail(400, "the method, the target or the host of the request is malformed");
            return;
        }
        choice = service.choose(head(target), random);
        if (choice.tries().isEmpty()) {
            fail(503, "no pod of " + service.key().name() + " is ready");
        } else if (choice.mirror() == null) {
            attempt(target);
        } else if (!hasBody) {
            mirrors.send(request, target, choice.mirror(), http1, Buffer.buffer(), this::count);
            attempt(target);
        } else {
            mirrorBody(target, choice.mirror());
        }
    }

    /** Bodies that are longer than a mirror may cost, or of unknown length, are not copied. */
    private void mirrorBody(RequestTarget to, Try mirror) {
        if (!Mirrors.takes(request)) {
            attempt(to);
            return;
        }
        request.resume();
        request.body().onSuccess(read -> {
            body = read;
            mirrors.send(request, to, mirror, http1, read, this::count);
            attempt(to);
        });
    }

    private RequestHead head(RequestTarget to) {
        HostAndPort authority = to.authority();
        String host = authority == null ? "" : authority.host().toLowerCase(Locale.ROOT);
        String path = request.path();
        return new RequestHead(request.method().name(), host, path == null ? "/" : path, request::getHeader);
    }

    private void clientLeft() {
        if (!gone) {
            gone = true;
            if (onward != null) {
                onward.reset();
            }
            connection.answered();
        }
    }

    /** Tries the next pod. */
    private void attempt(RequestTarget to) {
        Try next = choice.tries().get(tries++);
        long begun = System.nanoTime();
        client.request(new RequestOptions()
                        .setMethod(request.method())
                        .setHost(next.endpoint().host())
                        .setPort(next.endpoint().port())
                        .setURI(to.uri())
                        .setIdleTimeout(SILENCE_MILLIS))
                .onComplete(made -> {
                    if (gone) {
                        if (made.succeeded()) {
                            made.result().reset();
                        }
                    } else if (made.succeeded()) {
                        send(made.result(), to, next, begun);
                    } else {
                        failed(to, next, begun, true, made.cause());
                    }
                });
    }

    private void send(HttpClientRequest to, RequestTarget asked, Try next, long begun) {
        onward = to;
        to.exceptionHandler(broken -> {}); // it arrives with the response that does not come
        ForwardedHeaders.request(request, asked, to);
        to.response().onComplete(answered -> {
            if (gone) {
                return;
            }
            if (answered.failed()) {
                failed(asked, next, begun, false, answered.cause());
                return;
            }
            HttpClientResponse answer = answered.result();
            count(next.version(), answer.statusCode(), System.nanoTime() - begun);
            if (answer.statusCode() == 101 && !(upgrade && answer.headers().contains(HttpHeaders.UPGRADE))) {
                to.reset();
                fail(502, "a pod of " + next.version().service() + " changed the protocol, which nobody had asked for");
            } else if (answer.statusCode() == 101) {
                Tunnel.open(request, answer, this::ended);
            } else {
                answer(answer, next);
            }
        });
        if (upgrade) {
            to.connect();
        } else if (body != null) {
            to.end(body);
        } else if (hasBody) {
            request.pipeTo(to).onFailure(broken -> to.reset());
        } else {
            to.end();
        }
    }

    private void count(Version version, int code, long nanos) {
        metrics.answered(service.key().namespace(), service.key().name(), version.name(), code, nanos);
    }

    /** A pod did not answer: the next is tried if that can do no harm. */
    private void failed(RequestTarget to, Try last, long begun, boolean unconnected, Throwable cause) {
        count(last.version(), 502, System.nanoTime() - begun);
        boolean harmless = unconnected || (!hasBody || body != null) && IDEMPOTENT.contains(request.method());
        boolean timeout = cause instanceof TimeoutException;
        if (harmless && (unconnected || !timeout) && tries < choice.tries().size()) {
            attempt(to);
        } else if (timeout && !unconnected) {
            fail(504, "a pod of " + last.version().service() + " took too long");
        } else {
            fail(502, "a pod of " + last.version().service() + " did not answer: " + cause.getMessage());
        }
    }

    private void fail(int code, String text) {
        connection.restDropped(request).onComplete(dropped -> {
            if (!gone) {
                response.setStatusCode(code)
                        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain")
                        .end(text + "\n")
                        .onComplete(sent -> ended());
            }
        });
    }

    private void answer(HttpClientResponse answer, Try from) {
        response.setStatusCode(answer.statusCode());
        if (request.version() != HttpVersion.HTTP_2) {
            response.setStatusMessage(answer.statusMessage());
        }
        ForwardedHeaders.answer(answer, response);
        if (!choice.cookie().isEmpty()) {
            response.headers()
                    .add(
                            HttpHeaders.SET_COOKIE,
                            choice.cookie() + "=" + from.version().name() + "; Path=/; HttpOnly; SameSite=Lax");
        }
        boolean bare = request.method() == HttpMethod.HEAD || answer.statusCode() == 204 || answer.statusCode() == 304;
        if (!bare
                && !response.headers().contains(HttpHeaders.CONTENT_LENGTH)
                && request.version() != HttpVersion.HTTP_2) {
            response.setChunked(true);
        }
        boolean early = hasBody && body == null && !request.isEnded() && request.version() != HttpVersion.HTTP_2;
        answer.pipe().endOnSuccess(false).endOnFailure(false).to(response).onComplete(piped -> {
            if (gone) {
                return;
            }
            if (piped.failed()) {
                answer.request().reset(); // when it was the client who broke off
                clientMustSee();
                return;
            }
            answer.trailers().forEach((name, value) -> response.putTrailer(name, value));
            response.end().onComplete(sent -> {
                ended();
                if (early && !request.isEnded()) {
                    request.connection().close(); // what is left of the body would pass for the next request
                }
            });
        });
    }

    /** An answer that broke off must not look whole. */
    private void clientMustSee() {
        ended();
        if (request.version() == HttpVersion.HTTP_2) {
            response.reset();
        } else {
            request.connection().close();
        }
    }

    private void ended() {
        if (!gone) {
            gone = true;
            connection.answered();
        }
    }
}
