package dev.proa.server.apiserver;

import dev.proa.api.codec.Json;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionChain;
import dev.proa.server.admission.AdmissionPlugin;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.authentication.ServiceAccountTokens;
import dev.proa.server.authorization.Authorization;
import dev.proa.server.authorization.rbac.TestRoles;
import dev.proa.server.catalog.ApiCatalog;
import dev.proa.server.catalog.ServedApis;
import dev.proa.server.metrics.ServerMetrics;
import dev.proa.server.resource.Strategies;
import dev.proa.server.resource.network.ServiceRanges;
import dev.proa.server.store.MemoryStore;
import dev.proa.server.store.Store;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An API server on a store in memory that is asked without a network, with a clock that is moved by hand. */
final class InProcess implements AutoCloseable {
    static final UserInfo MASTER = UserInfo.of("test", UserInfo.MASTERS);

    final MemoryStore store = MemoryStore.inMemory();
    final ServedApis apis;
    final ApiServer server;
    final ServiceAccountTokens tokens;
    Instant now = Instant.parse("2026-01-02T03:04:05Z");

    InProcess() {
        this(AdmissionPlugins.standard());
    }

    InProcess(List<AdmissionPlugin> plugins) {
        this(store -> plugins);
    }

    /** @param plugins makes the plugins on the server's store */
    InProcess(Function<Store, List<AdmissionPlugin>> plugins) {
        TestRoles.bootstrap(store);
        InstantSource clock = () -> now;
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            tokens = new ServiceAccountTokens(generator.generateKeyPair(), store, clock);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        apis = new ServedApis(
                ApiCatalog.builtIn(new Strategies(new ServiceRanges("10.96.0.0/16"), clock), "127.0.0.1:6443"));
        server = new ApiServer(new ApiServerParts(
                        store,
                        apis,
                        Authorization.standard(store),
                        tokens,
                        clock,
                        new SecureRandom(),
                        new ServerMetrics())
                .withAdmission(new AdmissionChain(plugins.apply(store))));
        Bootstrap.of(server, "127.0.0.1", 6443);
        create("/api/v1/namespaces/default/serviceaccounts", "{metadata: {name: default}}");
    }

    ApiResponse ask(UserInfo user, String verb, String path, @Nullable Object body, @Nullable String type) {
        return server.handle(requestOf(verb, path, body, type, user));
    }

    private static ApiRequest requestOf(
            String verb, String path, @Nullable Object body, @Nullable String type, UserInfo user) {
        int question = path.indexOf('?');
        Query query = question < 0 ? Query.EMPTY : Query.parse(path.substring(question + 1));
        return ApiRequest.of(verb, question < 0 ? path : path.substring(0, question), query, body, type, user);
    }

    static MapValue value(ApiResponse response) {
        return switch (response.body()) {
            case ApiResponse.One one -> one.value();
            case ApiResponse.Many many -> {
                List<MapValue> items = new ArrayList<>();
                many.items().forEach(item -> items.add(item.value()));
                yield MapValue.of("kind", many.kind(), "metadata", many.metadata(), "items", ListValue.copyOf(items));
            }
            case ApiResponse.Text text -> Json.decodeMap(text.plain());
            default -> throw new IllegalStateException("not a value: " + response);
        };
    }

    MapValue call(String verb, String path, @Nullable Object body) {
        return value(ask(MASTER, verb, path, body, null));
    }

    MapValue get(String path) {
        return call("get", path, null);
    }

    /** YAML as the body. */
    MapValue create(String path, String yaml) {
        return call("create", path, dev.proa.api.codec.Yaml.decodeMap(yaml));
    }

    MapValue update(String path, MapValue object) {
        return call("update", path, object);
    }

    MapValue patch(String path, String kind, String yaml) {
        Object body = dev.proa.api.codec.Yaml.decode(yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return value(ask(MASTER, "patch", path, body, "application/" + kind + "+json"));
    }

    /** With a body as it comes over the network. */
    ApiResponse send(String verb, String path, String body, String mediaType) {
        ApiRequest request = requestOf(verb, path, null, null, MASTER);
        ApiRequest.Body bytes = new ApiRequest.Bytes(body.getBytes(java.nio.charset.StandardCharsets.UTF_8), mediaType);
        return server.handle(new ApiRequest(
                request.method(), request.info(), request.query(), bytes, request.accept(), request.user()));
    }

    /** The message of the failure of {@link #send}. */
    String refusal(String verb, String path, String body, String mediaType) {
        try {
            send(verb, path, body, mediaType);
        } catch (StatusException e) {
            return String.valueOf(e.getMessage());
        }
        throw new AssertionError(verb + " " + path + " did not fail");
    }

    MapValue delete(String path) {
        return call("delete", path, null);
    }

    /** The failure of a request that must fail. */
    StatusException failure(String verb, String path, @Nullable String yaml) {
        try {
            call(verb, path, yaml == null ? null : dev.proa.api.codec.Yaml.decodeMap(yaml));
        } catch (StatusException e) {
            return e;
        }
        throw new AssertionError(verb + " " + path + " did not fail");
    }

    WatchStream watch(String path) {
        ApiResponse response = ask(MASTER, "watch", path + (path.contains("?") ? "&" : "?") + "watch=1", null, null);
        if (response.body() instanceof ApiResponse.Events events) {
            return events.stream();
        }
        throw new IllegalStateException("not a watch");
    }

    /** So many events of a watch, as {@code TYPE name}; waits for them. */
    static List<String> events(WatchStream stream, int count) throws InterruptedException {
        List<String> seen = new ArrayList<>();
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (seen.size() < count && !stream.ended() && System.nanoTime() < deadline) {
            for (WatchStream.Event event : stream.next(Duration.ofSeconds(1))) {
                String name = event.object().map("metadata").string("name");
                seen.add(name.isEmpty() ? event.type() : event.type() + " " + name);
            }
        }
        return seen;
    }

    @Override
    public void close() {
        store.close();
    }
}
