package dev.proa.client.http;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * A transport over HTTPS with JSON, and HTTP/2 where the server supports it: then requests and watches share one
 * connection. Thread-safe.
 */
public final class HttpTransport implements Transport {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final String USER_AGENT = "proa";

    private final Connection connection;
    private final HttpClient http;

    /**
     * Connects lazily, so an unreachable server is noticed by the first request.
     *
     * @throws TransportException when the certificates cannot be used
     */
    public HttpTransport(Connection connection) {
        this.connection = connection;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .executor(Executors.newVirtualThreadPerTaskExecutor());
        if (connection.server().getScheme().equals("https")) {
            builder.sslContext(Tls.context(connection));
        } else {
            builder.version(HttpClient.Version.HTTP_1_1);
        }
        this.http = builder.build();
    }

    @Override
    public MapValue call(Request request) {
        HttpResponse<byte[]> response = send(http(request, request.query()), BodyHandlers.ofByteArray());
        if (response.statusCode() >= 400) {
            throw failure(response.statusCode(), response.body());
        }
        try {
            return response.body().length == 0 ? MapValue.EMPTY : Json.decodeMap(response.body());
        } catch (DecodeException e) {
            throw new TransportException("the answer of " + response.uri() + " is not JSON: " + e.getMessage(), e);
        }
    }

    /** Sends a request that is answered with text, such as {@code pods/log}. */
    public String text(Request request) {
        HttpResponse<byte[]> response = send(http(request, request.query()), BodyHandlers.ofByteArray());
        if (response.statusCode() >= 400) {
            throw failure(response.statusCode(), response.body());
        }
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    /** As {@link #text}, as a stream, such as {@code pods/log} with {@code follow}. Closing it ends the request. */
    public InputStream stream(Request request) {
        return streamed(request, request.query()).body();
    }

    @Override
    public EventStream watch(Request request) {
        Map<String, String> query = new LinkedHashMap<>(request.query());
        query.put("watch", "true");
        HttpResponse<InputStream> response = streamed(request, query);
        return new HttpEventStream(response.body(), response.uri().toString());
    }

    private HttpResponse<InputStream> streamed(Request request, Map<String, String> query) {
        HttpResponse<InputStream> response = send(http(request, query), BodyHandlers.ofInputStream());
        if (response.statusCode() < 400) {
            return response;
        }
        try (InputStream body = response.body()) {
            throw failure(response.statusCode(), body.readAllBytes());
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpRequest http(Request request, Map<String, String> query) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(uri(request.path(), query))
                .header("Accept", "application/json")
                .header("User-Agent", USER_AGENT);
        if (connection.token() != null) {
            builder.header("Authorization", "Bearer " + connection.token().get());
        }
        if (request.body() == null) {
            builder.method(method(request.verb()), BodyPublishers.noBody());
        } else {
            String type = request.contentType();
            builder.header("Content-Type", type == null ? "application/json" : type)
                    .method(method(request.verb()), BodyPublishers.ofByteArray(Json.encode(request.body())));
        }
        return builder.build();
    }

    private URI uri(String path, Map<String, String> query) {
        StringBuilder uri = new StringBuilder(connection.server().toString());
        if (uri.charAt(uri.length() - 1) == '/') {
            uri.setLength(uri.length() - 1);
        }
        uri.append(path.replace(" ", "%20"));
        char separator = '?';
        for (Map.Entry<String, String> parameter : query.entrySet()) {
            uri.append(separator)
                    .append(encoded(parameter.getKey()))
                    .append('=')
                    .append(encoded(parameter.getValue()));
            separator = '&';
        }
        return URI.create(uri.toString());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String method(String verb) {
        return switch (verb) {
            case "get", "list", "watch" -> "GET";
            case "create" -> "POST";
            case "update" -> "PUT";
            case "patch" -> "PATCH";
            case "delete", "deletecollection" -> "DELETE";
            default -> throw new IllegalArgumentException("not a verb of Kubernetes: " + verb);
        };
    }

    private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler) {
        CompletableFuture<HttpResponse<T>> answer = http.sendAsync(request, handler);
        try {
            return answer.get(ANSWER_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw unreachable(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new TransportException(
                    connection.server() + " did not answer within " + ANSWER_TIMEOUT.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new TransportException("interrupted while waiting for " + connection.server(), e);
        }
    }

    private TransportException unreachable(Throwable e) {
        String server = connection.server().toString();
        String message = switch (e) {
            case HttpConnectTimeoutException timeout ->
                server + " does not answer: nothing accepted the connection within " + CONNECT_TIMEOUT.toSeconds()
                        + " s; is the address right, and is a firewall between?";
            case ConnectException refused ->
                "nothing listens at " + server + "; is the cluster running, and is this its address?";
            case SSLException tls ->
                "no secure connection to " + server + ": " + tls.getMessage()
                        + "; the certificates of the kubeconfig may be of another cluster";
            default ->
                "the connection to " + server + " failed: " + (e.getMessage() == null ? e.toString() : e.getMessage());
        };
        return new TransportException(message, e);
    }

    /** The server's {@code Status}, or one made from the HTTP status code when the body is none. */
    private static StatusException failure(int code, byte[] body) {
        try {
            if (Json.decode(body) instanceof MapValue status
                    && status.string("kind").equals("Status")) {
                return StatusException.from(status.has("code") ? status : status.with("code", (long) code));
            }
        } catch (DecodeException e) {
            return plain(code, new String(body, StandardCharsets.UTF_8).strip());
        }
        return plain(code, "");
    }

    private static StatusException plain(int code, String text) {
        Reason reason = Reason.Unknown;
        for (Reason candidate : Reason.values()) {
            if (candidate.code() == code && reason == Reason.Unknown) {
                reason = candidate;
            }
        }
        String message = text.isEmpty() ? "the server answered with code " + code : text;
        return StatusException.of(reason, message, MapValue.EMPTY).withCode(code);
    }

    @Override
    public String toString() {
        return connection.server().toString();
    }
}
