package dev.proa.client.http;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.client.ErrorResponse;
import dev.proa.client.HttpRequests;
import dev.proa.client.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * A transport over HTTPS with JSON, and HTTP/2 where the server supports it: then requests and watches share one
 * connection.
 *
 * <p>A connection may be dead although TCP does not notice, as when the server's machine is gone, and {@link HttpClient}
 * cannot send HTTP/2 pings. So a request that is not answered in time, and a watch that is closed after a silence longer than
 * the time between two bookmarks, make later requests open a new connection. Thread-safe.
 */
public final class HttpTransport implements Transport {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final String USER_AGENT = "proa";

    private final Duration answerTimeout;
    private final HttpClient.Builder builder;
    private volatile Connection connection;
    private volatile HttpClient http;

    /**
     * Connects lazily, so an unreachable server is noticed by the first request.
     *
     * @throws TransportException when the certificates cannot be used
     */
    public HttpTransport(Connection connection) {
        this(connection, ANSWER_TIMEOUT);
    }

    HttpTransport(Connection connection, Duration answerTimeout) {
        this.connection = connection;
        this.answerTimeout = answerTimeout;
        this.builder = HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .executor(Executors.newVirtualThreadPerTaskExecutor());
        if (isSecure()) {
            builder.sslContext(Tls.context(connection));
        } else {
            builder.version(HttpClient.Version.HTTP_1_1);
        }
        this.http = builder.build();
    }

    @Override
    public MapValue call(Request request) {
        HttpResponse<byte[]> response = send(http(request, request.query()), BodyHandlers.ofByteArray());
        return HttpRequests.answer(response.statusCode(), response.body(), "of " + response.uri());
    }

    /** Sends a request that is answered with text, such as {@code pods/log}. */
    public String text(Request request) {
        HttpResponse<byte[]> response = send(http(request, request.query()), BodyHandlers.ofByteArray());
        if (response.statusCode() >= 400) {
            throw ErrorResponse.of(response.statusCode(), response.body());
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
        HttpClient client = http;
        HttpResponse<InputStream> response = streamed(request, query);
        return new HttpEventStream(response.body(), response.uri().toString(), () -> replace(client));
    }

    /**
     * Opens a WebSocket for a subresource that streams, such as {@code pods/exec}.
     *
     * @param path as in a {@link Request}
     * @param query parameters, each of which may come more than once
     * @param protocols best first
     * @throws dev.proa.api.status.StatusException what the server answers instead
     */
    public ChannelSocket channels(String path, List<Map.Entry<String, String>> query, List<String> protocols) {
        StringBuilder whole = new StringBuilder(path);
        for (Map.Entry<String, String> parameter : query) {
            String pair = HttpRequests.uri("", Map.of(parameter.getKey(), parameter.getValue()));
            whole.append(whole.length() == path.length() ? pair : "&" + pair.substring(1));
        }
        URI uri = URI.create(base().replaceFirst("^http", "ws") + whole);
        WebSocket.Builder sockets = http.newWebSocketBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .subprotocols(
                        protocols.getFirst(),
                        protocols.subList(1, protocols.size()).toArray(String[]::new));
        Supplier<String> token = connection.token();
        if (token != null) {
            sockets.header("Authorization", "Bearer " + token.get());
        }
        ChannelSocket channels = new ChannelSocket();
        try {
            return channels.connected(
                    sockets.buildAsync(uri, channels.listener()).get(answerTimeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                throw refused(refused, uri);
            }
            throw unreachable(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new TransportException(
                    connection.server() + " opened no stream within " + answerTimeout.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TransportException("interrupted while waiting for " + connection.server(), e);
        }
    }

    private static RuntimeException refused(WebSocketHandshakeException refused, URI uri) {
        HttpResponse<?> response = refused.getResponse();
        if (response == null || response.statusCode() < 400) {
            return new TransportException(
                    "no stream could be opened at " + uri.getPath() + ": " + refused.getMessage(), refused);
        }
        byte[] body = response.body() instanceof byte[] bytes
                ? bytes
                : String.valueOf(response.body()).getBytes(StandardCharsets.UTF_8);
        return ErrorResponse.of(response.statusCode(), body);
    }

    private HttpResponse<InputStream> streamed(Request request, Map<String, String> query) {
        HttpResponse<InputStream> response = send(http(request, query), BodyHandlers.ofInputStream());
        if (response.statusCode() < 400) {
            return response;
        }
        try (InputStream body = response.body()) {
            throw ErrorResponse.of(response.statusCode(), body.readAllBytes());
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
        Supplier<String> token = connection.token();
        if (token != null) {
            builder.header("Authorization", "Bearer " + token.get());
        }
        String method = HttpRequests.method(request.verb());
        if (request.body() == null) {
            builder.method(method, BodyPublishers.noBody());
        } else {
            builder.header("Content-Type", HttpRequests.contentType(request))
                    .method(method, BodyPublishers.ofByteArray(Json.encode(request.body())));
        }
        return builder.build();
    }

    private URI uri(String path, Map<String, String> query) {
        return URI.create(base() + HttpRequests.uri(path, query));
    }

    private String base() {
        return connection.server().toString().replaceFirst("/$", "");
    }

    private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler) {
        HttpClient client = http;
        CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request, handler);
        try {
            return answer.get(answerTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw unreachable(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            replace(client);
            throw new TransportException(
                    connection.server() + " did not answer within " + answerTimeout.toSeconds()
                            + " s; the next request opens a new connection",
                    e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new TransportException("interrupted while waiting for " + connection.server(), e);
        }
    }

    private boolean isSecure() {
        return connection.server().getScheme().equals("https");
    }

    /**
     * Has later requests open new connections with other credentials. What runs on those that are open goes on.
     *
     * @throws TransportException when the certificates cannot be used; nothing changes then
     */
    public synchronized void renew(Connection renewed) {
        if (isSecure()) {
            builder.sslContext(Tls.context(renewed));
        }
        connection = renewed;
        replace(http);
    }

    /** The credentials that are in use. */
    public Connection connection() {
        return connection;
    }

    /** Has later requests open new connections. What runs on those of {@code suspect} goes on, in case they do live. */
    private synchronized void replace(HttpClient suspect) {
        if (http == suspect) {
            http = builder.build();
            suspect.shutdown();
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

    @Override
    public String toString() {
        return connection.server().toString();
    }
}
