package dev.proa.server.apiserver;

import dev.proa.api.codec.Json;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.authentication.ServiceAccountTokens;
import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.discovery.Discovery;
import dev.proa.server.flowcontrol.FlowControl;
import dev.proa.server.metrics.ServerMetrics;
import dev.proa.server.store.Store;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Answers non-resource requests: version, health, discovery, OpenAPI, keys, metrics. */
final class NonResourceHandler {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final byte[] VERSION = Json.encode(version());

    private final Health health;
    private final ServiceAccountTokens tokens;
    private final ServerMetrics metrics;

    private final FlowControl flowControl;

    NonResourceHandler(ServiceAccountTokens tokens, Store store, ServerMetrics metrics, FlowControl flowControl) {
        this.flowControl = flowControl;
        this.metrics = metrics;
        this.health = new Health(store);
        this.tokens = tokens;
    }

    private static MapValue version() {
        return MapValue.of(
                "buildDate", "1970-01-01T00:00:00Z",
                "compiler", "javac",
                "emulationMajor", "1",
                "emulationMinor", "36",
                "gitCommit", "",
                "gitTreeState", "",
                "gitVersion", "v1.36.3+proa",
                "goVersion", "java" + Runtime.version().feature(),
                "major", "1",
                "minCompatibilityMajor", "1",
                "minCompatibilityMinor", "35",
                "minor", "36",
                "platform", "linux/" + (System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64"));
    }

    Health health() {
        return health;
    }

    ApiResponse answer(ApiRequest request, ApiCatalog catalog) {
        String path = request.info().path();
        ApiResponse response = switch (path) {
            case "/version", "/version/" -> json(VERSION);
            case "/metrics" -> ApiResponse.ok(new ApiResponse.Text(ServerMetrics.CONTENT_TYPE, metrics.text()));
            case "/openid/v1/jwks" ->
                tokens.isDiscoverable()
                        ? ApiResponse.ok(new ApiResponse.Text("application/jwk-set+json", tokens.keySet()))
                        : unknown();
            case "/.well-known/openid-configuration" ->
                tokens.isDiscoverable() ? json(tokens.discovery(ServiceAccountTokens.ISSUER)) : unknown();
            default ->
                path.startsWith("/api")
                        ? document(catalog.discovery().document(withoutSlash(path), request.accept()))
                        : path.startsWith("/openapi/")
                                ? document(catalog.openApi().document(path, request.accept()))
                                : path.startsWith("/debug/")
                                        ? debug(path, request.query())
                                        : health.answer(path, request.query());
        };
        if (response == null) {
            if (path.matches("/api/[^/]+/?|/apis/[^/]+/[^/]+/?")) {
                throw StatusException.notFound();
            }
            response = unknown();
        }
        if (response.status() != 404
                && !request.method().equals("GET")
                && !request.method().equals("HEAD")) {
            throw StatusException.methodNotAllowed();
        }
        return response;
    }

    private @Nullable ApiResponse debug(String path, Query query) {
        String text =
                flowControl.debug(path, !query.get("includeRequestDetails").isEmpty());
        return text == null ? null : text(200, text);
    }

    private static String withoutSlash(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static @Nullable ApiResponse document(Discovery.@Nullable Document document) {
        return document == null
                ? null
                : ApiResponse.ok(new ApiResponse.Text(
                        document.contentType(), document.body(), document.etag(), document.compressed()));
    }

    private static ApiResponse json(byte[] bytes) {
        return ApiResponse.ok(new ApiResponse.Text("application/json", bytes));
    }

    private static ApiResponse unknown() {
        return text(404, "404 page not found\n");
    }

    static ApiResponse text(int status, String text) {
        return new ApiResponse(
                status, new ApiResponse.Text(TEXT, text.getBytes(StandardCharsets.UTF_8)), java.util.List.of());
    }
}
