package dev.proa.client.http;

import java.net.URI;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is, how to trust it and who asks.
 *
 * @param server as in {@code https://127.0.0.1:6443}; a path is kept as a prefix
 * @param authority PEM of the certificates the server's must go back to; null for those the JDK trusts
 * @param insecure whether any certificate will do
 * @param certificate PEM of a client certificate and those that signed it; null for none
 * @param key PEM of the private key of {@code certificate}; null for none
 * @param token a bearer token, asked for with each request because it may be renewed; null for none
 */
public record Connection(
        URI server,
        @Nullable String authority,
        boolean insecure,
        @Nullable String certificate,
        @Nullable String key,
        @Nullable Supplier<String> token) {

    /** A server that is asked with a bearer token. */
    public static Connection withToken(URI server, @Nullable String authority, String token) {
        return new Connection(server, authority, false, null, null, () -> token);
    }

    /** A server that is asked with a client certificate. */
    public static Connection withCertificate(URI server, String authority, String certificate, String key) {
        return new Connection(server, authority, false, certificate, key, null);
    }
}
