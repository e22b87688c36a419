package dev.proa.delivery.analysis;

import dev.proa.client.http.TrustAll;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Requests to what metrics name, which may be anything: a deadline covers the whole answer, its body is bounded, and redirects are not
 * followed. Thread-safe.
 */
final class MetricHttp implements AutoCloseable {
    /** Bytes of an answer. */
    static final int LARGEST = 4 << 20;

    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final UnaryOperator<URI> addresses;
    private final HttpClient secure = client(null);
    private final HttpClient insecure = client(new TrustAll());

    /**
     * @param method such as {@code GET}
     * @param headers names and values
     * @param body null for none
     * @param timeout until the last byte of the answer; more than five minutes count as five
     */
    record Call(
            String method,
            String url,
            List<Map.Entry<String, String>> headers,
            byte @Nullable [] body,
            Duration timeout,
            boolean insecure) {}

    /** An answer with any code. */
    record Answer(int code, byte[] body) {}

    /** @param addresses says where a URI is really to be found */
    MetricHttp(UnaryOperator<URI> addresses) {
        this.addresses = addresses;
    }

    private static HttpClient client(@Nullable TrustManager trust) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(30));
        if (trust == null) {
            return builder.build();
        }
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[] {trust}, new SecureRandom());
            return builder.sslContext(tls).build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    Answer send(Call call) throws AnalysisException, InterruptedException {
        HttpRequest request = request(call);
        Duration timeout = call.timeout.compareTo(LONGEST) > 0 ? LONGEST : call.timeout;
        CompletableFuture<HttpResponse<byte[]>> sent = (call.insecure ? insecure : secure)
                .sendAsync(
                        request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), LARGEST));
        try {
            HttpResponse<byte[]> response = sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new Answer(response.statusCode(), response.body());
        } catch (TimeoutException e) {
            throw new AnalysisException(
                    call.method + " " + call.url + ": no complete answer within " + timeout.toSeconds() + " seconds");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            boolean large = cause instanceof IOException
                    && String.valueOf(cause.getMessage()).contains("limit");
            throw new AnalysisException(call.method + " " + call.url + ": "
                    + (large ? "the answer is larger than " + LARGEST + " bytes" : cause));
        } finally {
            sent.cancel(true); // closes the connection unless the answer is complete
        }
    }

    private HttpRequest request(Call call) throws AnalysisException {
        try {
            URI uri = URI.create(call.url);
            if (uri.getHost() == null || !List.of("http", "https").contains(uri.getScheme())) {
                throw new AnalysisException("\"" + call.url + "\" is no http or https URL");
            }
            HttpRequest.Builder request = HttpRequest.newBuilder(addresses.apply(uri))
                    .method(
                            call.method,
                            call.body == null
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofByteArray(call.body));
            call.headers.forEach(header -> request.setHeader(header.getKey(), header.getValue()));
            return request.build();
        } catch (IllegalArgumentException e) {
            throw new AnalysisException(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        secure.shutdownNow();
        insecure.shutdownNow();
    }
}
