package dev.proa.server.webhook;

import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.server.store.Snapshot;
import dev.proa.server.webhook.Answers.Answer;
import dev.proa.server.webhook.ClientConfig.Target;
import dev.proa.server.webhook.ServiceResolver.Address;
import dev.proa.server.webhook.WebhookCallException.Kind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls webhooks by HTTPS (HTTP/1.1): sends an object and reads the one that comes back. Follows no redirects. Connections stay open
 * between calls; those to services go to their endpoints.
 *
 * <p>Safe for any thread but event loops: it blocks. Nothing is made before the first call.
 */
public final class WebhookClient implements AutoCloseable {
    /** As many bundles of authorities are kept ready, as in Kubernetes. */
    private static final int MOST_CLIENTS = 200;

    private static final Duration LAST_CALLS = Duration.ofMinutes(1);

    /** An answer may have so many bytes, and four times as many as the request besides. */
    private static final long LONGEST_ANSWER = 8 << 20;

    private static final String EXCEEDED = "context deadline exceeded";
    private static final int MOST_CONNECTIONS = 1_000;
    private static final int SECONDS_IDLE = 30;

    private final Supplier<Vertx> vertx;
    private final Supplier<Snapshot> snapshots;
    private final ServiceResolver services;
    private final Supplier<String> podsFrom;
    private final Map<ClientKey, HttpClient> clients = new LinkedHashMap<>(16, 0.75f, true);
    private final Set<HttpConnection> used =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private record ClientKey(String caBundle, Access access, String from) {}

    /**
     * @param vertx whose event loops are used; asked at the first call
     * @param snapshots the present state, for services and their endpoints
     * @param podsFrom the address that connections to services come from; empty for any
     */
    public WebhookClient(
            Supplier<Vertx> vertx, Supplier<Snapshot> snapshots, ServiceResolver services, Supplier<String> podsFrom) {
        this.vertx = vertx;
        this.snapshots = snapshots;
        this.services = services;
        this.podsFrom = podsFrom;
    }

    /**
     * Sends an object.
     *
     * @param timeout for all of it; the webhook is told in whole seconds
     * @return the object in the answer
     * @throws WebhookCallException when the webhook could not be called, or does not answer with an object
     */
    public MapValue post(ClientConfig config, MapValue object, Duration timeout) {
        return post(config, Json.encode(object), timeout);
    }

    /** The same with an object in JSON. */
    public MapValue post(ClientConfig config, byte[] json, Duration timeout) {
        Blocking.check();
        Target target = config.target();
        String query = "?timeout="
                + GoText.duration(timeout.plusNanos(999_999_999).truncatedTo(java.time.temporal.ChronoUnit.SECONDS));
        Call call = new Call(config, target, query, json, System.nanoTime() + timeout.toNanos());
        try {
            return Answers.object(answer(call));
        } catch (CallFailure e) {
            throw new WebhookCallException("Post \"" + target.shown() + query + "\": " + e.getMessage(), e.kind);
        }
    }

    /**
     * Sends an object in JSON to a webhook whose answer says nothing but that it has taken it.
     *
     * @throws WebhookCallException when the webhook could not be called, or answers with an error
     */
    public void send(ClientConfig config, byte[] json, Duration timeout) {
        Blocking.check();
        Target target = config.target();
        String query = "?timeout=" + GoText.duration(timeout);
        try {
            Answers.success(answer(new Call(config, target, query, json, System.nanoTime() + timeout.toNanos())));
        } catch (CallFailure e) {
            throw new WebhookCallException("Post \"" + target.shown() + query + "\": " + e.getMessage(), e.kind);
        }
    }

    /** A call on its way; {@code deadline} as of {@link System#nanoTime}. */
    private record Call(ClientConfig config, Target target, String query, byte[] body, long deadline) {
        long nanosLeft() {
            return Math.max(0, deadline - System.nanoTime());
        }
    }

    /** There is no answer, and the message says why. */
    private static final class CallFailure extends Exception {
        private static final long serialVersionUID = 1;

        private final Kind kind;

        CallFailure(String message, Kind kind) {
            super(message, null, false, false);
            this.kind = kind;
        }
    }

    private Answer answer(Call call) throws CallFailure {
        while (true) {
            Address address = address(call.config(), call.target());
            Attempt attempt = new Attempt(call.body());
            Future<Answer> answer =
                    client(call.config()).request(options(call, address)).compose(attempt::send);
            try {
                return Blocking.await(answer, Duration.ofNanos(call.nanosLeft()));
            } catch (CompletionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                if (cause instanceof TimeoutException || cause instanceof InterruptedException) {
                    attempt.abandon();
                    throw cause instanceof TimeoutException
                            ? new CallFailure(EXCEEDED, Kind.TIMEOUT)
                            : new CallFailure("context canceled", Kind.CANCELED);
                }
                // The other side has closed a connection that nobody used, just when it was to be used.
                if (!(attempt.reused && cause instanceof HttpClosedException)) {
                    String why = why(cause, address);
                    throw new CallFailure(why, kind(why));
                }
            }
        }
    }

    private static RequestOptions options(Call call, Address address) {
        Access access = call.config().access();
        String name = access.serverName();
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(SocketAddress.inetSocketAddress(address.port(), address.host()))
                .setHost(name.isEmpty() ? call.target().host() : name)
                .setPort(call.target().port())
                .setSsl(true)
                .setURI(call.target().path() + call.query())
                .setConnectTimeout(Math.max(1, TimeUnit.NANOSECONDS.toMillis(call.nanosLeft())))
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.ACCEPT, "application/json, */*")
                .putHeader(HttpHeaders.USER_AGENT, "kube-apiserver-admission");
        String authorization = access.authorization();
        return authorization.isEmpty() ? options : options.putHeader(HttpHeaders.AUTHORIZATION, authorization);
    }

    private Address address(ClientConfig config, Target target) throws CallFailure {
        ClientConfig.Service service = config.service();
        if (service == null) {
            return new Address(target.host(), target.port());
        }
        try {
            Address address = services.resolve(snapshots.get(), service.namespace(), service.name(), service.port());
            EndpointAddress.check(address.host());
            return address;
        } catch (StatusException e) {
            throw new CallFailure(String.valueOf(e.getMessage()), Kind.ERROR);
        }
    }

    private HttpClient client(ClientConfig config) {
        Access access = config.access();
        ClientKey key = new ClientKey(config.caBundle(), access, config.service() == null ? "" : podsFrom.get());
        synchronized (clients) {
            HttpClient known = clients.get(key);
            if (known != null) {
                return known;
            }
            AuthorityBundle bundle = AuthorityBundle.of(config.caBundle());
            HttpClientOptions options = new HttpClientOptions()
                    .setSsl(true)
                    .setTrustAll(access.insecure())
                    .setVerifyHost(!access.insecure())
                    .setKeepAlive(true)
                    .setKeepAliveTimeout(SECONDS_IDLE)
                    .setDecompressionSupported(false);
            if (!access.insecure()) {
                options.setTrustOptions(TrustOptions.wrap(bundle));
            }
            if (!access.certificate().isEmpty()) {
                options.setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(access.certificate()))
                        .addKeyValue(Buffer.buffer(access.key())));
            }
            HttpClient made = ConnectionGuard.client(
                    vertx.get(), options, new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS), key.from());
            clients.put(key, made);
            if (clients.size() > MOST_CLIENTS) {
                var eldest = clients.entrySet().iterator();
                eldest.next().getValue().shutdown(LAST_CALLS);
                eldest.remove();
            }
            return made;
        }
    }

    /** One request on a connection. */
    private final class Attempt {
        private final byte[] body;
        private @Nullable HttpClientRequest request;
        private boolean abandoned;
        private volatile boolean reused;

        Attempt(byte[] body) {
            this.body = body;
        }

        private synchronized boolean begin(HttpClientRequest made) {
            request = made;
            return !abandoned;
        }

        Future<Answer> send(HttpClientRequest made) {
            reused = !used.add(made.connection());
            if (!begin(made)) {
                made.reset();
                return Future.failedFuture(new TimeoutException());
            }
            // Before anything is sent, so that nothing of the answer comes by unseen.
            Future<Answer> answer =
                    made.response().compose(response -> collect(response, LONGEST_ANSWER + 4L * body.length));
            made.end(Buffer.buffer(body));
            return answer;
        }

        synchronized void abandon() {
            abandoned = true;
            if (request != null) {
                request.reset();
            }
        }
    }

    private static Future<Answer> collect(HttpClientResponse response, long longest) {
        String type = response.getHeader(HttpHeaders.CONTENT_TYPE);
        return ResponseBody.read(response, longest)
                .map(body -> new Answer(response.statusCode(), type == null ? "" : type, body.getBytes()));
    }

    private static Kind kind(String why) {
        return why.equals(EXCEEDED) ? Kind.TIMEOUT : why.contains("onnection reset") ? Kind.RESET : Kind.ERROR;
    }

    /** Why there is no answer, as Go says it. */
    private static String why(Throwable failure, Address address) {
        String dial = "dial tcp " + (address.host().contains(":") ? "[" + address.host() + "]" : address.host()) + ":"
                + address.port() + ": ";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause.getMessage());
            switch (cause) {
                case CertificateException e
                when text.startsWith("tls: ") -> {
                    return text;
                }
                case UnknownHostException e -> {
                    return "dial tcp: lookup " + address.host() + ": no such host";
                }
                case NoRouteToHostException e -> {
                    return dial + "connect: no route to host";
                }
                case ConnectException e
                when text.toLowerCase(Locale.ROOT).contains("refused") -> {
                    return dial + "connect: connection refused";
                }
                case HttpClosedException e -> {
                    return "EOF";
                }
                case TimeoutException e -> {
                    return EXCEEDED;
                }
                case ConnectException e
                when text.contains("timed out") -> {
                    return EXCEEDED;
                }
                default -> {}
            }
        }
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    @Override
    public void close() {
        synchronized (clients) {
            clients.values().forEach(HttpClient::close);
            clients.clear();
        }
    }
}
