package dev.proa.server.authentication.jwt;

import dev.proa.api.codec.GoText;
import dev.proa.http.Blocking;
import dev.proa.server.pki.Certificates;
import dev.proa.server.pki.Trust;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Gets documents from the server of an issuer, by HTTPS and within limits. Safe for any thread but event loops: it blocks. */
final class IssuerClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int LARGEST = 1 << 20;

    private final HttpClient client;

    /**
     * @param authorities certificates in PEM by which servers are trusted; empty for those that Java trusts
     * @throws IllegalArgumentException when there is none among them
     */
    IssuerClient(String authorities) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .connectTimeout(TIMEOUT)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .executor(task -> Thread.ofVirtual().start(task));
        SSLContext trust = authorities.isEmpty() ? null : trust(authorities);
        client = (trust == null ? builder : builder.sslContext(trust)).build();
    }

    /** Trusts servers of these authorities. */
    static SSLContext trust(String pem) {
        if (!Certificates.problem(pem).isEmpty()) {
            throw new IllegalArgumentException("data does not contain any valid RSA or ECDSA certificates");
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {Trust.ofPem(pem)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no TLS", e);
        }
    }

    /**
     * Gets a document.
     *
     * @param token to be sent as a bearer token; null for none
     * @throws IOException when there is none; the message says why
     */
    HttpResponse<byte[]> get(String url, @Nullable String token) throws IOException {
        Blocking.check();
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw new IOException(GoText.quote(url) + " is no URL", e);
        }
        if (!"https".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new IOException(url + " is not reached by https");
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(TIMEOUT);
        if (token != null && !token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            return client.send(request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST));
        } catch (IOException e) {
            throw new IOException(
                    "Get \"" + url + "\": "
                            + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Get \"" + url + "\": interrupted", e);
        }
    }

    /** Ends it once the requests that are on their way are answered. */
    @Override
    public void close() {
        client.shutdown();
    }
}
