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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to one registry: authentication, redirects, and error messages. Credentials go to the registry and to
 * the token server it names, never to where it redirects.
 */
final class RegistryHttp {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    /** For the answer to a blob that was sent: the registry may compute its digest first. */
    private static final Duration UPLOAD_STALL = Duration.ofSeconds(120);

    /** The status of an answer with a part of something. */
    static final int PARTIAL = 206;

    private static final int MAX_REDIRECTS = 5;
    private static final int MAX_ERROR_BYTES = 4096;

    private final HttpClient client;
    private final String registry;
    private final URI root;
    /** What is appended to the paths of repositories: the registry that a mirror is asked for. */
    private final String query;

    private final @Nullable RegistryCredentials credentials;
    private final RegistryTokens tokens;
    private final ConcurrentHashMap<Scope, String> authorizations = new ConcurrentHashMap<>();

    RegistryHttp(HttpClient client, String registry, boolean insecure, @Nullable RegistryCredentials credentials) {
        this.client = client;
        this.registry = registry;
        this.credentials = credentials;
        String host = registry.equals("docker.io") ? "registry-1.docker.io" : registry;
        this.root = URI.create((insecure ? "http://" : "https://") + host);
        this.query = "";
        this.tokens = new RegistryTokens(this, credentials);
    }

    /** @param meant the registry whose images the mirror is asked for */
    RegistryHttp(HttpClient client, RegistryMirror mirror, String meant) {
        this.client = client;
        this.registry = mirror.url().getRawAuthority();
        this.credentials = null;
        this.root = mirror.url();
        this.query = "?ns=" + URLEncoder.encode(meant, StandardCharsets.UTF_8);
        this.tokens = new RegistryTokens(this, null);
    }

    /**
     * What a request needs the right to.
     *
     * @param from another repository whose blobs are read, for mounts
     */
    record Scope(String repository, boolean push, @Nullable String from) {
        static Scope pull(Reference reference) {
            return new Scope(reference.repository(), false, null);
        }

        static Scope push(Reference reference) {
            return new Scope(reference.repository(), true, null);
        }
    }

    /** Whether the host is this machine, where encryption would protect nothing. */
    static boolean isLoopback(String registry) {
        return registry.equals("localhost")
                || registry.startsWith("localhost:")
                || registry.startsWith("127.")
                || registry.startsWith("[::1]");
    }

    /** Ends the connections. */
    void close() {
        client.close();
    }

    String registry() {
        return registry;
    }

    URI root() {
        return root;
    }

    /** The address of something in a repository. */
    URI uri(Reference reference, String path) {
        return root.resolve("/v2/" + reference.repository() + "/" + path + query);
    }

    /**
     * Sends a GET for a repository. The caller closes the body.
     *
     * @param path below {@code /v2/<repository>/}
     */
    HttpResponse<InputStream> get(Reference reference, String path, String accept) {
        return get(reference, path, accept, 0);
    }

    /**
     * The same from a byte on.
     *
     * @return with the status {@link #PARTIAL} the rest, otherwise all of it
     */
    HttpResponse<InputStream> get(Reference reference, String path, String accept, long from) {
        URI uri = uri(reference, path);
        HttpResponse<InputStream> response =
                exchange(getting(uri, accept, from), uri, Scope.pull(reference), reference);
        return switch (response.statusCode()) {
            case 200, PARTIAL -> response;
            case 301, 302, 303, 307, 308 -> follow(uri, response, accept, from, reference);
            default -> throw failure(response, reference, false);
        };
    }

    private HttpRequest.Builder getting(URI uri, String accept, long from) {
        HttpRequest.Builder request = request(uri).header("Accept", accept).GET();
        return from == 0 ? request : request.header("Range", "bytes=" + from + "-");
    }

    /** Starts a request to the registry that is answered without much delay. */
    HttpRequest.Builder request(URI uri) {
        return longRequest(uri).timeout(ANSWER_TIMEOUT);
    }

    /** Starts a request that may take long. */
    HttpRequest.Builder longRequest(URI uri) {
        return HttpRequest.newBuilder(uri).header("User-Agent", "proa");
    }

    /** Sends a request with the authorization it needs, and returns the answer whatever it is. The caller closes the body. */
    HttpResponse<InputStream> exchange(HttpRequest.Builder request, URI uri, Scope scope, Reference reference) {
        if (!isRegistry(uri)) {
            return send(request.build());
        }
        String authorization = authorizations.get(scope);
        if (authorization != null) {
            request.setHeader("Authorization", authorization);
        }
        HttpResponse<InputStream> response = send(request.build());
        if (response.statusCode() != 401) {
            return response;
        }
        String fresh = tokens.authorize(response, scope, reference);
        discard(response);
        authorizations.put(scope, fresh);
        return send(request.setHeader("Authorization", fresh).build());
    }

    /**
     * Sends a request with a large body, which takes as long as it takes, while bytes are moving.
     *
     * @param body tells how far it is
     */
    HttpResponse<InputStream> upload(HttpRequest.Builder request, URI uri, Scope scope, UploadBody body) {
        String authorization = authorizations.get(scope);
        if (authorization != null && isRegistry(uri)) {
            request.setHeader("Authorization", authorization);
        }
        CompletableFuture<HttpResponse<InputStream>> answer =
                client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        long moved = -1;
        long since = System.nanoTime();
        while (true) {
            try {
                return answer.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                if (body.moved() != moved) {
                    moved = body.moved();
                    since = System.nanoTime();
                } else if (System.nanoTime() - since > UPLOAD_STALL.toNanos()) {
                    answer.cancel(true);
                    throw unavailable("takes no more data, and says nothing", e);
                }
            } catch (ExecutionException e) {
                throw unreachable(e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause()));
            } catch (InterruptedException e) {
                answer.cancel(true);
                Thread.currentThread().interrupt();
                throw unavailable("was not waited for", e);
            }
        }
    }

    private boolean isRegistry(URI uri) {
        return root.getAuthority().equals(uri.getAuthority())
                && root.getScheme().equals(uri.getScheme());
    }

    private HttpResponse<InputStream> follow(
            URI start, HttpResponse<InputStream> redirection, String accept, long from, Reference reference) {
        HttpResponse<InputStream> response = redirection;
        URI uri = start;
        for (int i = 0; i < MAX_REDIRECTS; i++) {
            uri = location(uri, response);
            discard(response);
            response = send(getting(uri, accept, from).build());
            if (response.statusCode() == 200 || response.statusCode() == PARTIAL) {
                return response;
            }
            if (response.statusCode() / 100 != 3) {
                throw failure(response, reference, false);
            }
        }
        throw unavailable("redirects without end", null);
    }

    /** Where an answer sends the client; never from encrypted to plain. */
    URI location(URI from, HttpResponse<?> response) {
        String location = response.headers()
                .firstValue("Location")
                .orElseThrow(() -> unavailable("redirects without saying where to", null));
        URI target;
        try {
            target = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw unavailable("redirects to \"" + location + "\", which is no address", e);
        }
        boolean known = "https".equals(target.getScheme())
                || "http".equals(target.getScheme()) && "http".equals(from.getScheme());
        if (!known || target.getHost() == null) {
            throw unavailable("redirects from " + from.getScheme() + " to " + target, null);
        }
        return target;
    }

    /** Sends a request as it is. */
    HttpResponse<InputStream> send(HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("was not waited for", e);
        }
    }

    private ImageFailure unreachable(IOException e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return unavailable("cannot be reached: " + why, e);
    }

    /** Converts an error response to a failure, with the registry's own message. */
    ImageFailure failure(HttpResponse<InputStream> response, Reference reference, boolean push) {
        String said = errorText(response);
        int status = response.statusCode();
        return switch (status) {
            case 401, 403 -> unauthorized(reference, push, said);
            case 404 ->
                ImageFailure.notFound("registry " + registry + (push ? " has no repository for " : " has no image ")
                        + reference.familiar() + said);
            case 429 -> unavailable("allows no more requests for now" + said, null);
            case 400, 405, 413, 415, 416, 422 ->
                ImageFailure.invalid(
                        "registry " + registry + " refuses " + reference.familiar() + " (" + status + ")" + said);
            default -> unavailable("answered " + status + said, null);
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

    ImageFailure unauthorized(Reference reference, boolean push, String said) {
        if (!query.isEmpty()) {
            return new ImageFailure(
                    Reason.UNAUTHORIZED,
                    "registry " + registry + " does not give " + reference.familiar()
                            + " to whom asks for it by this certificate" + said);
        }
        String whom = credentials == null
                ? " to everybody"
                : credentials.user().isEmpty() ? " to the owner of this token" : " to " + credentials.user();
        String advice = credentials == null
                ? push
                        ? ": log in with docker login, podman login or skopeo login"
                        : ", or there is no such image: give credentials (imagePullSecrets; docker login for commands)"
                : ": check the credentials";
        return new ImageFailure(
                Reason.UNAUTHORIZED,
                "registry " + registry + (push ? " does not open " : " does not give ") + reference.familiar() + whom
                        + advice + said);
    }

    ImageFailure unavailable(String what, @Nullable Throwable cause) {
        return new ImageFailure(Reason.UNAVAILABLE, "registry " + registry + " " + what, cause);
    }

    static void discard(HttpResponse<InputStream> response) {
        try {
            response.body().close();
        } catch (IOException e) {
            // Only drained; errors do not matter.
        }
    }
}
