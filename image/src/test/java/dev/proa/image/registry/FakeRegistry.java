package dev.proa.image.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.proa.image.Descriptor;
import dev.proa.image.Image;
import dev.proa.image.store.ImageStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A registry on loopback, with knobs for what real ones do to their clients. */
final class FakeRegistry implements AutoCloseable {
    private record Document(String mediaType, byte[] bytes) {}

    private final HttpServer server;
    private final Map<String, Document> manifests = new ConcurrentHashMap<>();
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();

    /** Requests as {@code METHOD path}, in order. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    /** {@code Authorization} headers that the storage behind redirections saw. */
    final List<String> leaked = new CopyOnWriteArrayList<>();

    volatile @Nullable String authentication;
    volatile boolean redirectBlobs;
    volatile boolean corruptBlobs;
    volatile int failuresLeft;

    FakeRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v2/", this::serve);
        server.createContext("/token", this::token);
        server.createContext("/storage/", exchange -> {
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            if (authorization != null) {
                leaked.add(authorization);
            }
            blob(exchange);
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    String host() {
        return "localhost:" + server.getAddress().getPort();
    }

    /** Offers an image of a store. */
    void add(String repository, String tag, ImageStore store, Image image) {
        byte[] manifest = store.readDocument(image.digest());
        put(repository, tag, image.descriptor().mediaType(), manifest);
        put(repository, image.digest().toString(), image.descriptor().mediaType(), manifest);
        blobs.put(image.id().toString(), store.readDocument(image.id()));
        for (Descriptor layer : image.manifest().layers()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            store.copyTo(layer.digest(), out);
            blobs.put(layer.digest().toString(), out.toByteArray());
        }
    }

    void put(String repository, String version, String mediaType, byte[] document) {
        manifests.put(repository + "/manifests/" + version, new Document(mediaType, document));
    }

    private void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(exchange.getRequestMethod() + " " + path);
        if (failuresLeft > 0) {
            failuresLeft--;
            send(exchange, 503, "text/plain", "later".getBytes(StandardCharsets.UTF_8));
        } else if (!authorized(exchange)) {
            String challenge = "basic".equals(authentication)
                    ? "Basic realm=\"test\""
                    : "Bearer realm=\"http://" + host()
                            + "/token\",service=\"test\",scope=\"repository:app:pull,push\"";
            exchange.getResponseHeaders().set("WWW-Authenticate", challenge);
            send(exchange, 401, "application/json", new byte[] {'{', '}'});
        } else if (path.contains("/blobs/")) {
            if (redirectBlobs) {
                exchange.getResponseHeaders()
                        .set("Location", "/storage/" + path.substring(path.lastIndexOf('/') + 1) + "?signature=x");
                send(exchange, 307, "text/plain", new byte[0]);
            } else {
                blob(exchange);
            }
        } else {
            Document document = manifests.get(path.substring("/v2/".length()));
            if (document == null) {
                send(
                        exchange,
                        404,
                        "application/json",
                        "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}"
                                .getBytes(StandardCharsets.UTF_8));
            } else {
                send(exchange, 200, document.mediaType, document.bytes);
            }
        }
    }

    private void blob(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] blob = blobs.get(path.substring(path.lastIndexOf('/') + 1));
        if (blob == null) {
            send(exchange, 404, "text/plain", new byte[0]);
            return;
        }
        byte[] sent = blob.clone();
        if (corruptBlobs) {
            sent[sent.length / 2] ^= 1;
        }
        send(exchange, 200, "application/octet-stream", sent);
    }

    private boolean authorized(HttpExchange exchange) {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        if (authentication == null) {
            return true;
        }
        return switch (authentication) {
            case "basic" -> userAndPassword().equals(header);
            case "anonymous token", "user token" -> "Bearer secret-token".equals(header);
            default -> false;
        };
    }

    private void token(HttpExchange exchange) throws IOException {
        requests.add("GET /token?" + exchange.getRequestURI().getQuery());
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        boolean given =
                "anonymous token".equals(authentication) || userAndPassword().equals(header);
        byte[] body = (given ? "{\"access_token\":\"secret-token\"}" : "{}").getBytes(StandardCharsets.UTF_8);
        send(exchange, given ? 200 : 401, "application/json", body);
    }

    private static String userAndPassword() {
        return "Basic " + Base64.getEncoder().encodeToString("user:pass".getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
