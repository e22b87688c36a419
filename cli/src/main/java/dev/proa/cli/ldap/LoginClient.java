package dev.proa.cli.ldap;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.http.Connection;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** Logs in at an {@link LdapWebhook}. */
public final class LoginClient {
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final int LARGEST_ANSWER = 64 << 10;

    private LoginClient() {}

    /**
     * What a login brought.
     *
     * @param user the name in Kubernetes
     */
    public record Login(String user, String token, Instant expires) {
        /** Without the token. */
        @Override
        public String toString() {
            return "Login[user=" + user + ", expires=" + expires + "]";
        }
    }

    /** The webhook refused, or there is none. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }

    /**
     * Logs in.
     *
     * @param authority trusted certificates in PEM; null for those that Java trusts
     * @throws RefusedException when the webhook does, or cannot be reached or trusted
     */
    public static Login login(URI url, @Nullable String authority, String username, String password)
            throws InterruptedException, RefusedException {
        if (!"https".equals(url.getScheme())) {
            throw new RefusedException("the password would be sent in the clear: " + url + " is not https");
        }
        HttpRequest request = HttpRequest.newBuilder(url.resolve("/login"))
                .timeout(LONGEST)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(
                        Json.encode(MapValue.of("username", username, "password", password))))
                .build();
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(LONGEST)
                .sslContext(new Connection(url, authority, false, null, null, null).tls())
                .version(HttpClient.Version.HTTP_1_1)
                .build()) {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            MapValue answer;
            try (InputStream body = response.body()) {
                answer = Json.decodeMap(body.readNBytes(LARGEST_ANSWER));
            }
            Instant expires = Times.parse(answer.get("expirationTimestamp"));
            if (response.statusCode() != 200 || answer.string("token").isEmpty() || expires == null) {
                throw new RefusedException(
                        answer.string("message").isEmpty()
                                ? url + " answers " + response.statusCode()
                                : answer.string("message"));
            }
            return new Login(answer.string("username"), answer.string("token"), expires);
        } catch (SSLHandshakeException e) {
            throw new RefusedException(url + " cannot be trusted: " + e.getMessage());
        } catch (IOException e) {
            // The JDK's client says nothing of a refused connection.
            throw new RefusedException(
                    url + " does not answer" + (e.getMessage() == null ? "" : ": " + e.getMessage()));
        } catch (DecodeException e) {
            throw new RefusedException(url + " is no webhook of proa: its answer is no JSON");
        }
    }
}
