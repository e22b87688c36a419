package dev.proa.image.registry;

import dev.proa.image.ImageFailure;
import dev.proa.image.JsonDocument;
import dev.proa.image.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gets what a registry asks for in {@code Authorization} headers, by the distribution project's token specification. */
final class RegistryTokens {
    private static final int MAX_TOKEN_BYTES = 1 << 20;

    private final RegistryHttp http;
    private final @Nullable RegistryCredentials credentials;

    RegistryTokens(RegistryHttp http, @Nullable RegistryCredentials credentials) {
        this.http = http;
        this.credentials = credentials;
    }

    /** The header for requests of a scope, after a request of it was answered with 401. */
    String authorize(HttpResponse<InputStream> response, RegistryHttp.Scope scope, Reference reference) {
        for (String header : response.headers().allValues("WWW-Authenticate")) {
            Challenge challenge = Challenge.parse(header);
            if (challenge.scheme().equals("bearer")) {
                return "Bearer " + token(challenge, scope, reference);
            }
            if (challenge.scheme().equals("basic")
                    && credentials != null
                    && credentials.identityToken().isEmpty()) {
                return credentials.basic();
            }
        }
        throw http.unauthorized(reference, scope.push(), "");
    }

    private String token(Challenge challenge, RegistryHttp.Scope scope, Reference reference) {
        String realm = challenge.parameters().getOrDefault("realm", "");
        String service = challenge.parameters().getOrDefault("service", "");
        Set<String> scopes = scopes(challenge, scope);
        HttpResponse<InputStream> response = http.send(
                credentials == null || credentials.identityToken().isEmpty()
                        ? basicRequest(server(realm), scopes, service)
                        : exchangeRequest(server(realm), scopes, service, credentials.identityToken()));
        if (response.statusCode() == 401 || response.statusCode() == 403) {
            RegistryHttp.discard(response);
            throw http.unauthorized(reference, scope.push(), "");
        }
        if (response.statusCode() != 200) {
            throw http.failure(response, reference, scope.push());
        }
        try (InputStream body = response.body()) {
            JsonDocument json = JsonDocument.parse(body.readNBytes(MAX_TOKEN_BYTES), "token of " + http.registry());
            String token = json.string("token");
            token = token == null ? json.required("access_token") : token;
            if (token.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
                throw ImageFailure.invalid("registry " + http.registry() + " gives a malformed token");
            }
            return token;
        } catch (IOException e) {
            throw http.unavailable("broke off while giving a token", e);
        }
    }

    /** What to ask for: for a pull, what the registry said; a push needs more than what its first request asked for. */
    private static Set<String> scopes(Challenge challenge, RegistryHttp.Scope scope) {
        Set<String> scopes = new LinkedHashSet<>();
        String said = challenge.parameters().get("scope");
        if (said != null && (!scope.push() || !said.startsWith("repository:" + scope.repository() + ":"))) {
            scopes.add(said);
        }
        if (scope.push() || said == null) {
            scopes.add("repository:" + scope.repository() + (scope.push() ? ":pull,push" : ":pull"));
        }
        if (scope.from() != null) {
            scopes.add("repository:" + scope.from() + ":pull");
        }
        return scopes;
    }

    /** A token server has to be as safe as the registry itself, since it is given the password. */
    private URI server(String realm) {
        try {
            URI uri = URI.create(realm);
            boolean plain =
                    "http".equals(uri.getScheme()) && "http".equals(http.root().getScheme());
            if (uri.getHost() != null && ("https".equals(uri.getScheme()) || plain)) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw http.unavailable("names no usable token server: " + realm, e);
        }
        throw http.unavailable("names no usable token server: " + realm, null);
    }

    private HttpRequest basicRequest(URI server, Set<String> scopes, String service) {
        StringBuilder query = new StringBuilder(server.getRawQuery() == null ? "?" : "&");
        scopes.forEach(scope -> query.append("scope=").append(encode(scope)).append('&'));
        query.append(service.isEmpty() ? "" : "service=" + encode(service));
        HttpRequest.Builder request = http.request(
                        URI.create(server + query.toString().replaceAll("&$", "")))
                .header("Accept", "application/json");
        if (credentials != null) {
            request.header("Authorization", credentials.basic());
        }
        return request.build();
    }

    private HttpRequest exchangeRequest(URI server, Set<String> scopes, String service, String identityToken) {
        String form = "grant_type=refresh_token&client_id=proa&service=" + encode(service) + "&scope="
                + encode(String.join(" ", scopes)) + "&refresh_token=" + encode(identityToken);
        return http.request(server)
                .header("Accept", "application/json")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
