package dev.proa.bench;

import dev.proa.client.http.TrustAll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Asks a server on this machine's loopback until it is ready, whatever certificate it shows. */
final class Readiness implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client;

    Readiness() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustAll()}, null);
            client = HttpClient.newBuilder()
                    .sslContext(context)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Waits until {@code /readyz} is answered by 200.
     *
     * @param start what {@link System#nanoTime} said when the server was started
     * @return how long after {@code start} that was
     * @throws IllegalStateException after a minute
     */
    Duration await(int port, long start) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/readyz"))
                .timeout(Duration.ofSeconds(2))
                .build();
        String last = "";
        while (System.nanoTime() - start < PATIENCE.toNanos()) {
            try {
                HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 200) {
                    return Duration.ofNanos(System.nanoTime() - start);
                }
                last = answer.body();
            } catch (IOException e) {
                last = String.valueOf(e.getMessage()); // not listening yet
            }
            Thread.sleep(5);
        }
        throw new IllegalStateException(
                "Port " + port + " was not ready within " + PATIENCE.toSeconds() + " s: " + last);
    }

    /** The text that is served at a path. */
    String get(int port, String path) {
        URI address = URI.create("https://127.0.0.1:" + port + path);
        try {
            HttpResponse<String> answer =
                    client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(address + ": " + answer.statusCode() + " " + answer.body());
            }
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(address.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(address.toString(), e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
