package dev.proa.image.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageIndex;
import dev.proa.image.ManifestDocument;
import dev.proa.image.MediaTypes;
import dev.proa.image.store.ImageStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A registry on loopback, with knobs for what real ones do to their clients. */
final class FakeRegistry implements AutoCloseable {
    record Document(String mediaType, byte[] bytes) {}

    private final HttpServer server;
    private final Map<String, ByteArrayOutputStream> uploads = new ConcurrentHashMap<>();
    private final AtomicInteger uploadNumber = new AtomicInteger();

    /** By {@code <repository>/manifests/<tag or digest>}. */
    final Map<String, Document> manifests = new ConcurrentHashMap<>();

    /** By {@code <repository>/blobs/<digest>}. */
    final Map<String, byte[]> blobs = new ConcurrentHashMap<>();

    /** Requests as {@code METHOD path}, in order. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    /** The registries that it was asked for as a mirror, and the credentials it was given; empty for none. */
    final List<String> mirrored = new CopyOnWriteArrayList<>();

    final List<String> given = new CopyOnWriteArrayList<>();

    /** {@code Authorization} headers that the storage behind redirections saw. */
    final List<String> leaked = new CopyOnWriteArrayList<>();

    volatile @Nullable String authentication;
    volatile boolean redirectBlobs;
    volatile boolean corruptBlobs;
    volatile int failuresLeft;
    volatile boolean referrersApi = true;
    volatile boolean takesChunks = true;
    /** Manifests with missing parts are refused unless this is off. */
    volatile boolean checksParts = true;
    /** How many downloads of blobs break off in the middle from now on. */
    final AtomicInteger brokenDownloads = new AtomicInteger();

    /** Whether a download can begin in the middle. */
    volatile boolean takesRanges = true;

    /** How many chunks break off in the middle from now on. */
    final AtomicInteger brokenChunks = new AtomicInteger();

    FakeRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v2/", this::serve);
        server.createContext("/token", this::token);
        server.createContext("/storage/", exchange -> {
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            if (authorization != null) {
                leaked.add(authorization);
            }
            blob(exchange, "app/blobs/" + exchange.getRequestURI().getPath().substring("/storage/".length()));
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
        blobs.put(repository + "/blobs/" + image.id(), store.readDocument(image.id()));
        for (Descriptor layer : image.manifest().layers()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            store.copyTo(layer.digest(), out);
            blobs.put(repository + "/blobs/" + layer.digest(), out.toByteArray());
        }
    }

    void put(String repository, String version, String mediaType, byte[] document) {
        manifests.put(repository + "/manifests/" + version, new Document(mediaType, document));
    }

    /** How many requests began like this. */
    long count(String start) {
        return requests.stream().filter(request -> request.startsWith(start)).count();
    }

    private void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(exchange.getRequestMethod() + " " + path);
        mirrored.add(query(exchange).getOrDefault("ns", ""));
        given.add(exchange.getRequestHeaders()
                .getOrDefault("Authorization", List.of(""))
                .getFirst());
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
        } else if (path.contains("/blobs/uploads/")) {
            upload(exchange, path);
        } else if (path.contains("/blobs/")) {
            if (redirectBlobs) {
                exchange.getResponseHeaders()
                        .set("Location", "/storage/" + path.substring(path.lastIndexOf('/') + 1) + "?signature=x");
                send(exchange, 307, "text/plain", new byte[0]);
            } else {
                blob(exchange, path.substring("/v2/".length()));
            }
        } else if (path.contains("/referrers/")) {
            referrers(exchange, path);
        } else if (exchange.getRequestMethod().equals("PUT")) {
            putManifest(exchange, path.substring("/v2/".length()));
        } else {
            Document document = manifests.get(path.substring("/v2/".length()));
            if (document == null) {
                error(exchange, 404, "manifest unknown");
            } else {
                send(exchange, 200, document.mediaType, document.bytes);
            }
        }
    }

    private void putManifest(HttpExchange exchange, String path) throws IOException {
        byte[] bytes = exchange.getRequestBody().readAllBytes();
        ManifestDocument document = ManifestDocument.parse(bytes);
        String repository = path.substring(0, path.indexOf("/manifests/"));
        boolean whole = document.requiredBlobs().stream()
                        .allMatch(blob -> blobs.containsKey(repository + "/blobs/" + blob.digest()))
                && document.manifests().stream()
                        .allMatch(child -> manifests.containsKey(repository + "/manifests/" + child.digest()));
        if (!whole && checksParts) {
            error(exchange, 400, "blob unknown to registry");
            return;
        }
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        Digest digest = Digest.of(bytes);
        manifests.put(path, new Document(type, bytes));
        manifests.put(repository + "/manifests/" + digest, new Document(type, bytes));
        exchange.getResponseHeaders().set("Docker-Content-Digest", digest.toString());
        if (referrersApi && document.subject() != null) {
            exchange.getResponseHeaders()
                    .set("OCI-Subject", document.subject().digest().toString());
        }
        send(exchange, 201, "text/plain", new byte[0]);
    }

    private void referrers(HttpExchange exchange, String path) throws IOException {
        if (!referrersApi) {
            error(exchange, 404, "page not found");
            return;
        }
        String repository = path.substring("/v2/".length(), path.indexOf("/referrers/"));
        String subject = path.substring(path.lastIndexOf('/') + 1);
        Map<Digest, Descriptor> found = new LinkedHashMap<>();
        manifests.forEach((name, document) -> {
            Descriptor about = ManifestDocument.parse(document.bytes).subject();
            if (name.startsWith(repository + "/")
                    && about != null
                    && about.digest().toString().equals(subject)) {
                Digest digest = Digest.of(document.bytes);
                found.put(digest, new Descriptor(document.mediaType, digest, document.bytes.length));
            }
        });
        send(exchange, 200, MediaTypes.INDEX, new ImageIndex(new ArrayList<>(found.values())).toBytes());
    }

    private void upload(HttpExchange exchange, String path) throws IOException {
        Map<String, String> query = query(exchange);
        String repository = path.substring("/v2/".length(), path.indexOf("/blobs/"));
        String id = path.substring(path.lastIndexOf('/') + 1);
        switch (exchange.getRequestMethod()) {
            case "POST" -> {
                byte[] blob = blobs.get(query.get("from") + "/blobs/" + query.get("mount"));
                if (blob != null) {
                    blobs.put(repository + "/blobs/" + query.get("mount"), blob);
                    send(exchange, 201, "text/plain", new byte[0]);
                    return;
                }
                String fresh = String.valueOf(uploadNumber.incrementAndGet());
                uploads.put(fresh, new ByteArrayOutputStream());
                exchange.getResponseHeaders()
                        .set("Location", "/v2/" + repository + "/blobs/uploads/" + fresh + "?state=0");
                send(exchange, 202, "text/plain", new byte[0]);
            }
            case "PATCH" -> patch(exchange, path, uploads.get(id));
            case "GET" -> progress(exchange, path, uploads.get(id), 204);
            case "PUT" -> {
                ByteArrayOutputStream upload = uploads.get(id);
                exchange.getRequestBody().transferTo(upload);
                byte[] blob = upload.toByteArray();
                if (!Digest.of(blob).toString().equals(query.get("digest"))) {
                    error(exchange, 400, "digest invalid");
                    return;
                }
                uploads.remove(id);
                blobs.put(repository + "/blobs/" + query.get("digest"), blob);
                send(exchange, 201, "text/plain", new byte[0]);
            }
            default -> error(exchange, 405, "method not allowed");
        }
    }

    private void patch(HttpExchange exchange, String path, ByteArrayOutputStream upload) throws IOException {
        if (!takesChunks) {
            exchange.getRequestBody().readAllBytes();
            error(exchange, 405, "no chunks");
            return;
        }
        byte[] chunk = exchange.getRequestBody().readAllBytes();
        if (brokenChunks.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            upload.write(chunk, 0, chunk.length / 2);
            exchange.close();
            return;
        }
        String range = exchange.getRequestHeaders().getFirst("Content-Range");
        if (!range.equals(upload.size() + "-" + (upload.size() + chunk.length - 1))) {
            progress(exchange, path, upload, 416);
            return;
        }
        upload.write(chunk);
        progress(exchange, path, upload, 202);
    }

    private static void progress(HttpExchange exchange, String path, ByteArrayOutputStream upload, int status)
            throws IOException {
        exchange.getResponseHeaders().set("Location", path + "?state=" + upload.size());
        exchange.getResponseHeaders().set("Range", "0-" + Math.max(0, upload.size() - 1));
        send(exchange, status, "text/plain", new byte[0]);
    }

    private static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> query = new LinkedHashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        for (String pair : raw == null ? new String[0] : raw.split("&")) {
            int equals = pair.indexOf('=');
            query.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return query;
    }

    private void blob(HttpExchange exchange, String path) throws IOException {
        byte[] blob = blobs.get(path);
        if (blob == null) {
            send(exchange, 404, "text/plain", new byte[0]);
            return;
        }
        byte[] sent = blob.clone();
        if (corruptBlobs) {
            sent[sent.length / 2] ^= 1;
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null || !takesRanges ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
        byte[] rest = Arrays.copyOfRange(sent, from, sent.length);
        if (rest.length > 1000 && brokenDownloads.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            exchange.sendResponseHeaders(from == 0 ? 200 : 206, rest.length);
            exchange.getResponseBody().write(rest, 0, rest.length / 2);
            exchange.getResponseBody().flush();
            exchange.close();
            return;
        }
        send(exchange, from == 0 ? 200 : 206, "application/octet-stream", rest);
    }

    private boolean authorized(HttpExchange exchange) {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        if (authentication == null) {
            return true;
        }
        return switch (authentication) {
            case "basic" -> userAndPassword().equals(header);
            case "anonymous token", "user token", "identity token" -> "Bearer secret-token".equals(header);
            default -> false;
        };
    }

    private void token(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(exchange.getRequestMethod() + " /token?" + (query == null ? "" : query));
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        boolean identity = Set.copyOf(Arrays.asList(form.split("&"))).contains("refresh_token=an+identity");
        boolean given = "anonymous token".equals(authentication)
                || userAndPassword().equals(header)
                || "identity token".equals(authentication) && identity;
        byte[] body = (given ? "{\"access_token\":\"secret-token\"}" : "{}").getBytes(StandardCharsets.UTF_8);
        send(exchange, given ? 200 : 401, "application/json", body);
    }

    private static String userAndPassword() {
        return "Basic " + Base64.getEncoder().encodeToString("user:pass".getBytes(StandardCharsets.UTF_8));
    }

    private static void error(HttpExchange exchange, int status, String message) throws IOException {
        send(
                exchange,
                status,
                "application/json",
                ("{\"errors\":[{\"code\":\"UNKNOWN\",\"message\":\"" + message + "\"}]}")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", type);
            boolean none = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, none ? -1 : body.length);
            if (!none) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
