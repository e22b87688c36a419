package dev.proa.image.registry;

import dev.proa.image.ImageFailure;
import dev.proa.image.ImageFailure.Reason;
import dev.proa.image.JsonDocument;
import dev.proa.image.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to one registry: authentication, redirects, and error messages. Credentials go to the registry and to
 * the token server it names, never to where it redirects.
 */
final class RegistryHttp {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    private static final int MAX_REDIRECTS = 5;
    private static final int MAX_ERROR_BYTES = 4096;
    private static final int MAX_TOKEN_BYTES = 1 << 20;

    private final HttpClient client;
    private final String registry;
    private final URI root;
    private final @Nullable RegistryCredentials credentials;
    private final ConcurrentHashMap<String, String> authorizations = new ConcurrentHashMap<>();

    RegistryHttp(HttpClient client, String registry, boolean insecure, @Nullable RegistryCredentials credentials) {
        this.client = client;
        this.registry = registry;
        this.credentials = credentials;
        String host = registry.equals("docker.io") ? "registry-1.docker.io" : registry;
        this.root = URI.create((insecure ? "http://" : "https://") + host);
    }

    /** Whether the host is this machine, where encryption would protect nothing. */
    static boolean isLoopback(String registry) {
        return registry.equals("localhost")
                || registry.startsWith("localhost:")
                || registry.startsWith("127.")
                || registry.startsWith("[::1]");
    }

    /**
     * Sends a GET for a repository. The caller closes the body.
     *
     * @param path below {@code /v2/<repository>/}
     */
    HttpResponse<InputStream> get(Reference reference, String path, String accept) {
        URI uri = root.resolve("/v2/" + reference.repository() + "/" + path);
        String scope = "repository:" + reference.repository() + ":pull";
        String authorization = authorizations.get(scope);
        HttpResponse<InputStream> response = send(uri, accept, authorization);
        if (response.statusCode() == 401) {
            authorization = authorize(response, scope, reference);
            discard(response);
            authorizations.put(scope, authorization);
            response = send(uri, accept, authorization);
        }
        return switch (response.statusCode()) {
            case 200 -> response;
            case 301, 302, 303, 307, 308 -> follow(uri, response, accept, reference);
            default -> throw failure(response, reference);
        };
    }

    private HttpResponse<InputStream> follow(
            URI from, HttpResponse<InputStream> redirection, String accept, Reference reference) {
        HttpResponse<InputStream> response = redirection;
        URI uri = from;
        for (int i = 0; i < MAX_REDIRECTS; i++) {
            URI target = uri.resolve(response.headers()
                    .firstValue("Location")
                    .orElseThrow(() -> unavailable("redirects without saying where to", null)));
            if ("http".equals(target.getScheme()) && "https".equals(uri.getScheme())) {
                throw unavailable("redirects from https to " + target, null);
            }
            discard(response);
            uri = target;
            response = send(uri, accept, null);
            if (response.statusCode() == 200) {
                return response;
            }
            if (response.statusCode() / 100 != 3) {
                throw failure(response, reference);
            }
        }
        throw unavailable("redirects without end", null);
    }

    private HttpResponse<InputStream> send(URI uri, String accept, @Nullable String authorization) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(ANSWER_TIMEOUT)
                .header("Accept", accept)
                .header("User-Agent", "proa");
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw unavailable("cannot be reached: " + why, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("was not waited for", e);
        }
    }

    private String authorize(HttpResponse<InputStream> response, String scope, Reference reference) {
        for (String header : response.headers().allValues("WWW-Authenticate")) {
            Challenge challenge = Challenge.parse(header);
            if (challenge.scheme().equals("bearer")) {
                return "Bearer " + token(challenge, scope, reference);
            }
            if (challenge.scheme().equals("basic") && credentials != null) {
                return credentials.basic();
            }
        }
        throw unauthorized(reference);
    }

    private String token(Challenge challenge, String scope, Reference reference) {
        String realm = challenge.parameters().getOrDefault("realm", "");
        URI base = parse(realm);
        boolean safe = base != null
                && base.getHost() != null
                && ("https".equals(base.getScheme())
                        || "http".equals(base.getScheme()) && "http".equals(root.getScheme()));
        if (!safe) {
            throw unavailable("names no usable token server: " + realm, null);
        }
        StringBuilder query =
                new StringBuilder("scope=").append(encode(challenge.parameters().getOrDefault("scope", scope)));
        String service = challenge.parameters().get("service");
        if (service != null) {
            query.append("&service=").append(encode(service));
        }
        URI uri = URI.create(realm + (realm.indexOf('?') < 0 ? "?" : "&") + query);
        HttpResponse<InputStream> response =
                send(uri, "application/json", credentials == null ? null : credentials.basic());
        if (response.statusCode() == 401 || response.statusCode() == 403) {
            discard(response);
            throw unauthorized(reference);
        }
        if (response.statusCode() != 200) {
            throw failure(response, reference);
        }
        try (InputStream body = response.body()) {
            JsonDocument json = JsonDocument.parse(body.readNBytes(MAX_TOKEN_BYTES), "token of " + registry);
            String token = json.string("token");
            return token == null ? json.required("access_token") : token;
        } catch (IOException e) {
            throw unavailable("broke off while giving a token", e);
        }
    }

    private static @Nullable URI parse(String uri) {
        try {
            return URI.create(uri);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** Converts an error response to a failure, with the registry's own message. */
    private ImageFailure failure(HttpResponse<InputStream> response, Reference reference) {
        String said = errorText(response);
        return switch (response.statusCode()) {
            case 401, 403 -> unauthorized(reference);
            case 404 -> ImageFailure.notFound("registry " + registry + " has no image " + reference.familiar() + said);
            case 429 -> unavailable("allows no more requests for now" + said, null);
            default -> unavailable("answered " + response.statusCode() + said, null);
        };
    }

    private static String errorText(HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            JsonDocument json = JsonDocument.parse(body.readNBytes(MAX_ERROR_BYTES), "error");
            return json.objects("errors").stream()
                    .map(error -> error.string("message", ""))
                    .filter(message -> !message.isEmpty())
                    .findFirst()
                    .map(message -> ": " + message)
                    .orElse("");
        } catch (IOException | ImageFailure e) {
            // The status is enough: many proxies respond in HTML.
            return "";
        }
    }

    private ImageFailure unauthorized(Reference reference) {
        return new ImageFailure(
                Reason.UNAUTHORIZED,
                "registry " + registry + " does not give " + reference.familiar()
                        + (credentials == null
                                ? " to everybody, or there is no such image: give credentials (imagePullSecrets)"
                                : " to " + credentials.user() + ": check the credentials"));
    }

    private ImageFailure unavailable(String what, @Nullable Throwable cause) {
        return new ImageFailure(Reason.UNAVAILABLE, "registry " + registry + " " + what, cause);
    }

    private static void discard(HttpResponse<InputStream> response) {
        try {
            response.body().close();
        } catch (IOException e) {
            // Only drained; errors do not matter.
        }
    }
}
