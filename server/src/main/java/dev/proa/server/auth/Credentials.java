package dev.proa.server.auth;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a request brings to prove who makes it.
 *
 * @param certificate the certificate that the client has shown on the connection; null for none
 * @param path of the request, without its query; empty when there is no request
 * @param audiences for whom the credentials have to be, one of them; empty for the API server itself
 */
public record Credentials(
        @Nullable ClientCertificate certificate, RequestHeaders headers, String path, List<String> audiences) {
    private static final String BEARER = "Bearer ";

    public Credentials {
        audiences = List.copyOf(audiences);
    }

    /** Of a request to the API server. */
    public Credentials(@Nullable ClientCertificate certificate, RequestHeaders headers, String path) {
        this(certificate, headers, path, List.of());
    }

    /** @param headers gives the first value of a header by its name, or null */
    public Credentials(@Nullable ClientCertificate certificate, Function<String, @Nullable String> headers) {
        this(certificate, new Single(headers), "");
    }

    /** A bearer token and nothing else. */
    public static Credentials ofToken(String token, List<String> audiences) {
        return new Credentials(
                null,
                new Single(name -> name.equalsIgnoreCase("Authorization") ? BEARER + token : null),
                "",
                audiences);
    }

    /** The token in the header {@code Authorization: Bearer TOKEN}; null when there is none. */
    @Nullable
    public String bearerToken() {
        String authorization = headers.first("Authorization");
        if (authorization == null || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return null;
        }
        String token = authorization.substring(BEARER.length()).strip();
        return token.isEmpty() ? null : token;
    }

    /** Headers that have one value each, and whose names nobody asks for. */
    private record Single(Function<String, @Nullable String> values) implements RequestHeaders {
        @Override
        public @Nullable String first(String name) {
            return values.apply(name);
        }

        @Override
        public List<String> all(String name) {
            String value = values.apply(name);
            return value == null ? List.of() : List.of(value);
        }

        @Override
        public Set<String> names() {
            return Set.of();
        }
    }
}
