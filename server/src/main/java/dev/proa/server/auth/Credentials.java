package dev.proa.server.auth;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a request brings to prove who makes it.
 *
 * @param certificate the certificate that the client has shown on the connection; null for none
 * @param headers gives the first value of a header by its name, or null
 */
public record Credentials(@Nullable ClientCertificate certificate, Function<String, @Nullable String> headers) {
    private static final String BEARER = "Bearer ";

    /** The token in the header {@code Authorization: Bearer TOKEN}; null when there is none. */
    @Nullable
    public String bearerToken() {
        String authorization = headers.apply("Authorization");
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : null;
    }
}
