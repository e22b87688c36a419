package dev.proa.client.http;

import java.net.URI;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How to connect to an API server: its address, what certificates to trust, and the client's credentials.
 *
 * @param server its URL, as in {@code https://127.0.0.1:6443}; a path is kept as a prefix
 * @param authority the trusted CA certificates in PEM; null for those that the JDK trusts
 * @param insecure whether to accept any server certificate
 * @param certificate the client certificate and its chain in PEM; null for none
 * @param key the private key of {@code certificate} in PEM; null for none
 * @param token a bearer token, asked for with each request because it may be renewed; null for none
 */
public record Connection(
        URI server,
        @Nullable String authority,
        boolean insecure,
        @Nullable String certificate,
        @Nullable String key,
        @Nullable Supplier<String> token) {

    /** A connection that authenticates with a bearer token. */
    public static Connection withToken(URI server, @Nullable String authority, String token) {
        return new Connection(server, authority, false, null, null, () -> token);
    }

    /** A connection that authenticates with a client certificate. */
    public static Connection withCertificate(URI server, String authority, String certificate, String key) {
        return new Connection(server, authority, false, certificate, key, null);
    }

    /**
     * The TLS context of such connections: it shows the client certificate and trusts the authority. It does not say whether host names are
     * verified, which is up to whoever uses it.
     *
     * @throws dev.proa.client.Transport.TransportException when the certificates cannot be used
     */
    public SSLContext tls() {
        return Tls.context(this);
    }
}
