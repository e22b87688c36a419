package dev.proa.server.aggregator;

import dev.proa.http.Blocking;
import dev.proa.http.ConnectionGuard;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.webhook.EndpointAddress;
import dev.proa.server.webhook.ResponseBody;
import dev.proa.server.webhook.ServiceResolver.Address;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections to extension API servers, over TLS with the certificate of the front proxy. A client is made for each way of trusting
 * them, when it is first needed. Safe for any thread.
 */
public final class ExtensionClients {
    private static final int CONNECT_MILLIS = 10_000;
    private static final int CONNECTIONS = 1_000;

    private final Supplier<Vertx> vertx;
    private final Supplier<CertificateAndKey> certificate;
    private final Supplier<String> from;
    private final Map<RemoteApi.Trust, HttpClient> clients = new HashMap<>();
    /** Shown by the clients; null as long as there are none. */
    private @Nullable CertificateAndKey shown;

    /**
     * @param vertx made by {@link ConnectionGuard#vertx}; asked for once there is something to connect to, as are the others
     * @param certificate of the front proxy
     * @param from the address that connections come from; empty for any
     */
    public ExtensionClients(Supplier<Vertx> vertx, Supplier<CertificateAndKey> certificate, Supplier<String> from) {
        this.vertx = vertx;
        this.certificate = certificate;
        this.from = from;
    }

    /**
     * An answer that was read as a whole.
     *
     * @param etag empty for none
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Answer(int status, String contentType, String etag, byte[] body) {}

    /**
     * Begins a request.
     *
     * @param uri path and query, escaped
     */
    public Future<HttpClientRequest> request(RemoteApi api, Address address, HttpMethod method, String uri) {
        HttpClient client;
        try {
            EndpointAddress.check(address.host());
            client = client(api.trust());
        } catch (RuntimeException e) {
            return Future.failedFuture(e); // authorities that are none, or an address that is not for this
        }
        return client.request(new RequestOptions()
                .setServer(SocketAddress.inetSocketAddress(address.port(), address.host()))
                .setHost(api.host())
                .setPort(address.port())
                .setSsl(true)
                .setMethod(method)
                .setURI(uri));
    }

    private synchronized HttpClient client(RemoteApi.Trust trust) {
        return clients.computeIfAbsent(trust, this::make);
    }

    private HttpClient make(RemoteApi.Trust trust) {
        CertificateAndKey used = certificate.get();
        shown = used;
        HttpClientOptions options = new HttpClientOptions()
                .setSsl(true)
                .setConnectTimeout(CONNECT_MILLIS)
                .setKeepAlive(true)
                .setDecompressionSupported(false)
                .setVerifyHost(!trust.any())
                .setTrustAll(trust.any())
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(used.certificatePem()))
                        .addKeyValue(Buffer.buffer(used.keyPem())));
        if (!trust.any() && !trust.authorities().isEmpty()) {
            options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(trust.authorities())));
        }
        return ConnectionGuard.client(vertx.get(), options, new PoolOptions().setHttp1MaxSize(CONNECTIONS), from.get());
    }

    /** Shows the certificate that is current from now on; what runs on open connections goes on. */
    public synchronized void renew() {
        CertificateAndKey used = shown;
        if (used != null && !used.certificate().equals(certificate.get().certificate())) {
            clients.values().forEach(HttpClient::shutdown);
            clients.clear();
            shown = null;
        }
    }

    /** Closes the connections to servers that nobody trusts any more in these ways. */
    public synchronized void keepOnly(Set<RemoteApi.Trust> used) {
        clients.entrySet().removeIf(client -> {
            boolean unused = !used.contains(client.getKey());
            if (unused) {
                client.getValue().shutdown();
            }
            return unused;
        });
    }

    /**
     * Reads a document, or asks for some other small thing. Blocks.
     *
     * @param headers besides those of the user
     * @param most so many bytes of an answer are read
     * @param patience for all of it
     * @throws IOException when there is no answer, or too large a one
     */
    public Answer ask(RemoteApi api, Address address, Question question, UserInfo user, int most, Duration patience)
            throws IOException {
        MultiMap identity = FrontProxy.headers(user);
        AtomicReference<HttpClientRequest> begun = new AtomicReference<>();
        Future<Answer> answered = request(api, address, question.method(), question.uri())
                .compose(request -> {
                    begun.set(request);
                    question.headers().forEach(request::putHeader);
                    request.headers().addAll(identity);
                    Future<Answer> answer = request.response()
                            .compose(response -> ResponseBody.read(response, most)
                                    .map(body -> new Answer(
                                            response.statusCode(),
                                            header(response, "Content-Type"),
                                            header(response, "ETag"),
                                            body.getBytes())));
                    request.end(Buffer.buffer(question.body()));
                    return answer;
                });
        try {
            return Blocking.await(answered, patience);
        } catch (CompletionException e) {
            HttpClientRequest request = begun.get();
            if (request != null) {
                request.reset();
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(
                    cause instanceof TimeoutException
                            ? "no answer within " + patience.toSeconds() + " s"
                            : String.valueOf(cause.getMessage()),
                    cause);
        }
    }

    /**
     * A request to an extension server.
     *
     * @param uri path and query, escaped
     * @param body empty for none
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Question(HttpMethod method, String uri, Map<String, String> headers, byte[] body) {
        /** A request to read something. */
        public static Question get(String uri, Map<String, String> headers) {
            return new Question(HttpMethod.GET, uri, headers, new byte[0]);
        }
    }

    private static String header(HttpClientResponse response, String name) {
        String value = response.getHeader(name);
        return value == null ? "" : value;
    }
}
