package dev.proa.embedded;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A little extension API server on loopback, which serves {@code flunders} and only believes the front proxy. */
final class ExtensionServer implements AutoCloseable {
    static final String GROUP = "wardle.example.com";
    static final String PATH = "/apis/" + GROUP + "/v1alpha1";

    private static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private final Vertx vertx = Vertx.vertx();
    private final Pki pki = Pki.inMemory(Clock.systemUTC());
    private final HttpServer server;
    private final Map<String, MapValue> flunders = new ConcurrentSkipListMap<>();
    private final List<HttpServerResponse> watches = new CopyOnWriteArrayList<>();
    /** The user's headers of each request, with its path. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    /** Whether requests are never answered. */
    volatile boolean silent;

    /** The path at which requests are never answered; empty for none. */
    volatile String silentAt = "";

    volatile boolean aggregates = true;

    /** {@code /openapi/v2}, and its tag; without a document there is nothing. */
    volatile MapValue swagger = MapValue.EMPTY;

    volatile String swaggerTag = "";

    private final List<HttpServerRequest> held = new CopyOnWriteArrayList<>();

    /**
     * @param host the name in its certificate
     * @param proxies the authority of front proxies as PEM text
     */
    ExtensionServer(String host, String proxies) throws Exception {
        CertificateAndKey shown = pki.server(List.of(host));
        server = vertx.createHttpServer(new HttpServerOptions()
                .setSsl(true)
                .setClientAuth(ClientAuth.REQUIRED)
                .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(proxies)))
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(shown.certificatePem()))
                        .addKeyValue(Buffer.buffer(shown.keyPem()))));
        server.requestHandler(this::answer);
        server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get();
    }

    int port() {
        return server.actualPort();
    }

    /** What an APIService has as {@code caBundle}. */
    String bundle() {
        return Base64.getEncoder().encodeToString(pki.authorityPem().getBytes(StandardCharsets.US_ASCII));
    }

    private void answer(HttpServerRequest request) {
        Map<String, String> headers = new TreeMap<>();
        request.headers()
                .forEach((name, value) ->
                        headers.merge(name.toLowerCase(java.util.Locale.ROOT), value, (a, b) -> a + "," + b));
        asked.add(request.path() + " " + headers.getOrDefault("x-remote-user", "") + " "
                + headers.getOrDefault("x-remote-group", ""));
        if (silent || request.path().equals(silentAt)) {
            held.add(request);
            return;
        }
        String path = request.path();
        if (headers.containsKey("upgrade")) {
            echo(request);
        } else if (path.equals("/apis") && aggregates) {
            request.response().putHeader("Content-Type", AGGREGATED).end(json(aggregated()));
        } else if (path.equals(PATH)) {
            json(request, 200, plain());
        } else if (path.equals("/openapi/v3")) {
            json(request, 200, openApi());
        } else if (path.equals("/openapi/v2") && !swagger.isEmpty()) {
            swagger(request);
        } else if (path.equals("/openapi/v3" + PATH)) {
            json(request, 200, MapValue.of("openapi", "3.0.0", "of", GROUP));
        } else if (path.equals(PATH + "/headers")) {
            json(request, 200, MapValue.of("headers", MapValue.copyOf(headers), "query", request.query()));
        } else if (path.startsWith(PATH)) {
            flunders(request);
        } else {
            json(request, 404, status(404, "NotFound", "there is nothing at " + path));
        }
    }

    private void swagger(HttpServerRequest request) {
        String tag = swaggerTag;
        if (!tag.isEmpty() && tag.equals(request.getHeader("If-None-Match"))) {
            request.response().setStatusCode(304).end();
            return;
        }
        if (!tag.isEmpty()) {
            request.response().putHeader("ETag", tag);
        }
        json(request, 200, swagger);
    }

    private void flunders(HttpServerRequest request) {
        String path = request.path();
        String name = path.substring(path.lastIndexOf('/') + 1);
        boolean collection = name.equals("flunders");
        switch (request.method().name()) {
            case "POST" ->
                request.body().onSuccess(body -> {
                    MapValue flunder = Json.decodeMap(body.getBytes());
                    flunders.put(flunder.map("metadata").string("name"), flunder);
                    tell("ADDED", flunder);
                    json(request, 201, flunder);
                });
            case "DELETE" -> {
                List<String> names = collection ? new ArrayList<>(flunders.keySet()) : List.of(name);
                names.forEach(gone -> {
                    MapValue last = flunders.remove(gone);
                    if (last != null) {
                        tell("DELETED", last);
                    }
                });
                json(request, 200, status(200, "", ""));
            }
            default -> {
                if (!collection) {
                    MapValue found = flunders.get(name);
                    json(
                            request,
                            found == null ? 404 : 200,
                            found == null ? status(404, "NotFound", "no " + name) : found);
                } else if ("true".equals(request.getParam("watch")) || "1".equals(request.getParam("watch"))) {
                    HttpServerResponse response = request.response().setChunked(true);
                    response.putHeader("Content-Type", "application/json").writeHead();
                    watches.add(response);
                } else {
                    json(
                            request,
                            200,
                            MapValue.of(
                                    "apiVersion",
                                    GROUP + "/v1alpha1",
                                    "kind",
                                    "FlunderList",
                                    "metadata",
                                    MapValue.of("resourceVersion", "7"),
                                    "items",
                                    ListValue.copyOf(flunders.values())));
                }
            }
        }
    }

    /** Tells all watches of an event, in pieces that end anywhere. */
    void tell(String type, MapValue object) {
        String line =
                new String(Json.encode(MapValue.of("type", type, "object", object)), StandardCharsets.UTF_8) + "\n";
        for (HttpServerResponse watch : watches) {
            watch.write(line.substring(0, 20));
            watch.write(line.substring(20));
        }
    }

    /** How many requests wait for an answer. */
    int held() {
        return held.size();
    }

    /** Closes the connections of the requests that wait for an answer. */
    void drop() {
        for (HttpServerRequest request : held) {
            held.remove(request);
            request.connection().close();
        }
    }

    /** Answers the requests that were not, and those that come. */
    void release() {
        silent = false;
        silentAt = "";
        for (HttpServerRequest request : held) {
            request.response().putHeader("Content-Type", "application/json").end(json(MapValue.EMPTY));
        }
    }

    int watchers() {
        return watches.size();
    }

    private static void echo(HttpServerRequest request) {
        request.response().putHeader("Connection", "Upgrade").putHeader("Upgrade", request.getHeader("Upgrade"));
        request.toNetSocket().onSuccess(socket -> socket.handler(socket::write));
    }

    private static MapValue aggregated() {
        MapValue kind = MapValue.of("group", "", "version", "", "kind", "Flunder");
        MapValue flunders = MapValue.of(
                "resource",
                "flunders",
                "responseKind",
                kind,
                "scope",
                "Namespaced",
                "singularResource",
                "flunder",
                "verbs",
                verbs());
        MapValue version =
                MapValue.of("version", "v1alpha1", "resources", ListValue.of(flunders), "freshness", "Current");
        return MapValue.of(
                "apiVersion",
                "apidiscovery.k8s.io/v2",
                "kind",
                "APIGroupDiscoveryList",
                "items",
                ListValue.of(MapValue.of("metadata", MapValue.of("name", GROUP), "versions", ListValue.of(version))));
    }

    private static MapValue plain() {
        return MapValue.of(
                "kind",
                "APIResourceList",
                "apiVersion",
                "v1",
                "groupVersion",
                GROUP + "/v1alpha1",
                "resources",
                ListValue.of(MapValue.of(
                        "name",
                        "flunders",
                        "singularName",
                        "flunder",
                        "namespaced",
                        true,
                        "kind",
                        "Flunder",
                        "verbs",
                        verbs())));
    }

    private static ListValue verbs() {
        return ListValue.of("create", "delete", "deletecollection", "get", "list", "watch");
    }

    private static MapValue openApi() {
        return MapValue.of(
                "paths",
                MapValue.of(
                        "apis/" + GROUP + "/v1alpha1",
                        MapValue.of("serverRelativeURL", "/openapi/v3" + PATH + "?hash=1"),
                        "version",
                        MapValue.of("serverRelativeURL", "/openapi/v3/version?hash=2")));
    }

    private static MapValue status(int code, String reason, String message) {
        return MapValue.of(
                "kind",
                "Status",
                "apiVersion",
                "v1",
                "status",
                code < 400 ? "Success" : "Failure",
                "code",
                (long) code,
                "reason",
                reason,
                "message",
                message);
    }

    private static Buffer json(@Nullable Object value) {
        return Buffer.buffer(Json.encode(value));
    }

    private static void json(HttpServerRequest request, int code, MapValue value) {
        request.response()
                .setStatusCode(code)
                .putHeader("Content-Type", "application/json")
                .end(json(value));
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
