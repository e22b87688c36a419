package dev.proa.embedded.aggregator;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.aggregator.ExtensionClients;
import dev.proa.server.aggregator.ExtensionClients.Answer;
import dev.proa.server.aggregator.ExtensionClients.Question;
import dev.proa.server.aggregator.RemoteApi;
import dev.proa.server.aggregator.RemoteSwagger;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.openapi.SwaggerParts;
import dev.proa.server.store.Snapshot;
import dev.proa.server.webhook.ServiceResolver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what an extension server says of one of its APIs: discovery, aggregated or else plain, and OpenAPI. */
final class RemoteDocuments {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteDocuments.class);

    private static final String ACCEPT = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
            + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
    private static final UserInfo OPEN_API = new UserInfo("system:aggregator", "", List.of(), Map.of());
    private static final UserInfo PLAIN = new UserInfo(Availability.AGGREGATOR.name(), "", List.of(), Map.of());
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PATIENCE_WITH_OPEN_API = Duration.ofSeconds(60);
    private static final int MOST = 16 << 20;
    /** So many bytes of OpenAPI v2 are read, and kept. */
    static final int MOST_SWAGGER = 4 << 20;
    /** So deep OpenAPI v2 may be nested. */
    static final int DEEPEST = 100;

    private final Supplier<Snapshot> store;
    private final ServiceResolver resolver;
    private final ExtensionClients clients;
    /** Held while OpenAPI v2 is decoded, which takes many times its size. */
    private final Object decoding = new Object();
    /** The APIs whose OpenAPI v2 could not be read the last time. */
    private final Set<String> failed = ConcurrentHashMap.newKeySet();

    RemoteDocuments(Supplier<Snapshot> store, ServiceResolver resolver, ExtensionClients clients) {
        this.store = store;
        this.resolver = resolver;
        this.clients = clients;
    }

    /**
     * What discovery is to tell of an API.
     *
     * @param entry of its version; null when it never was told
     * @param answered whether the server told it now; else it is what was known before
     */
    record Discovery(@Nullable MapValue entry, boolean answered) {}

    /**
     * What OpenAPI is to tell of an API.
     *
     * @param paths entries of the index of OpenAPI v3
     * @param answered whether the server told all of it now; else some of it is what was known before
     */
    record OpenApi(MapValue paths, RemoteSwagger swagger, boolean answered) {}

    /** Asks the server of an API for discovery. */
    Discovery discovery(RemoteApi api) {
        try {
            MapValue entry = aggregated(api);
            return new Discovery(entry == null ? plain(api) : entry, true);
        } catch (IOException | StatusException | DecodeException e) {
            return new Discovery(api.documents().discovery(), false);
        }
    }

    /** Asks the server of an API for OpenAPI. */
    OpenApi openApi(RemoteApi api) {
        MapValue paths = api.documents().openApi();
        RemoteSwagger swagger = api.documents().swagger();
        boolean answered = true;
        try {
            paths = openApiPaths(api);
        } catch (IOException | StatusException | DecodeException e) {
            answered = false;
        }
        try {
            swagger = swagger(api);
            failed.remove(api.path());
        } catch (IOException | StatusException | DecodeException e) {
            if (failed.add(api.path())) {
                LOG.warn("What /openapi/v2 tells of {} stays as it is: {}", api.path(), e.getMessage());
            }
            answered = false;
        }
        return new OpenApi(paths, swagger, answered);
    }

    private Answer ask(RemoteApi api, String uri, String accept, UserInfo user, Duration patience) throws IOException {
        return ask(api, uri, Map.of("Accept", accept), user, MOST, patience);
    }

    private Answer ask(
            RemoteApi api, String uri, Map<String, String> headers, UserInfo user, int most, Duration patience)
            throws IOException {
        ServiceResolver.Address address = resolver.resolve(store.get(), api.namespace(), api.service(), api.port());
        return clients.ask(api, address, Question.get(uri, headers), user, most, patience);
    }

    /** The entry of the version in aggregated discovery; null when the server has none. */
    private @Nullable MapValue aggregated(RemoteApi api) throws IOException {
        Answer answer = ask(api, "/apis", ACCEPT, Availability.AGGREGATOR, PATIENCE);
        if (answer.status() == 503) {
            throw new IOException("the extension server is not available");
        }
        if (answer.status() != 200 || !answer.contentType().contains("as=APIGroupDiscoveryList")) {
            return null;
        }
        ListValue groups = Json.decodeMap(answer.body()).list("items");
        for (int i = 0; i < groups.size(); i++) {
            if (!groups.map(i).map("metadata").string("name").equals(api.group())) {
                continue;
            }
            ListValue versions = groups.map(i).list("versions");
            for (int j = 0; j < versions.size(); j++) {
                if (versions.map(j).string("version").equals(api.version())) {
                    return versions.map(j).without("freshness");
                }
            }
        }
        return MapValue.of("version", api.version());
    }

    /** The same, made from the plain document of the group and version. */
    private MapValue plain(RemoteApi api) throws IOException {
        Answer answer = ask(api, api.path(), "application/json", PLAIN, PATIENCE);
        if (answer.status() != 200) {
            throw new IOException("no discovery at " + api.path() + ": " + answer.status());
        }
        return aggregated(api.version(), Json.decodeMap(answer.body()).list("resources"));
    }

    /** The entry of a version that has these resources. */
    static MapValue aggregated(String version, ListValue resources) {
        Map<String, MapValue> found = new LinkedHashMap<>();
        Map<String, List<MapValue>> subresources = new LinkedHashMap<>();
        for (int i = 0; i < resources.size(); i++) {
            MapValue resource = resources.map(i);
            String name = resource.string("name");
            int slash = name.indexOf('/');
            MapValue kind = MapValue.of(
                    "group", resource.string("group"),
                    "version", resource.string("version"),
                    "kind", resource.string("kind"));
            if (slash >= 0) {
                subresources
                        .computeIfAbsent(name.substring(0, slash), unused -> new ArrayList<>())
                        .add(MapValue.of(
                                "subresource",
                                name.substring(slash + 1),
                                "responseKind",
                                kind,
                                "verbs",
                                resource.list("verbs")));
                continue;
            }
            found.put(
                    name,
                    MapValue.builder(8)
                            .put("resource", name)
                            .put("responseKind", kind)
                            .put("scope", resource.bool("namespaced") ? "Namespaced" : "Cluster")
                            .put("singularResource", resource.string("singularName"))
                            .put("verbs", resource.list("verbs"))
                            .putIfPresent("shortNames", resource.get("shortNames"))
                            .putIfPresent("categories", resource.get("categories"))
                            .build());
        }
        List<MapValue> all = new ArrayList<>();
        found.forEach((name, resource) -> {
            List<MapValue> below = subresources.get(name);
            all.add(below == null ? resource : resource.with("subresources", ListValue.copyOf(below)));
        });
        return MapValue.of("version", version, "resources", ListValue.copyOf(all));
    }

    /** The entries of the server's index of OpenAPI v3 that are this API's; none when it has no index. */
    private MapValue openApiPaths(RemoteApi api) throws IOException {
        Answer answer = ask(api, "/openapi/v3", "application/json", OPEN_API, PATIENCE_WITH_OPEN_API);
        if (answer.status() != 200) {
            return MapValue.EMPTY;
        }
        String own = api.path().substring(1);
        MapValue.Builder paths = MapValue.builder();
        for (Map.Entry<String, @Nullable Object> path :
                Json.decodeMap(answer.body()).map("paths")) {
            if (path.getKey().equals(own) || path.getKey().startsWith(own + "/")) {
                paths.put(path.getKey(), path.getValue());
            }
        }
        return paths.build();
    }

    /** This API in the server's document of OpenAPI v2; what was known when the server has none, or says that it is the same. */
    private RemoteSwagger swagger(RemoteApi api) throws IOException {
        RemoteSwagger known = api.documents().swagger();
        Map<String, String> headers = known.etag().isEmpty()
                ? Map.of("Accept", "application/json")
                : Map.of("Accept", "application/json", "If-None-Match", known.etag());
        Answer answer = ask(api, "/openapi/v2", headers, OPEN_API, MOST_SWAGGER, PATIENCE_WITH_OPEN_API);
        return switch (answer.status()) {
            case 200 -> {
                RemoteSwagger told;
                synchronized (decoding) {
                    told = swagger(api, answer.etag(), answer.body());
                }
                yield told.equals(known) ? known : told;
            }
            case 304, 404 -> known;
            default -> throw new IOException("no OpenAPI v2: " + answer.status());
        };
    }

    /**
     * An API in its server's document.
     *
     * @throws IOException when it is larger or deeper than is merged
     */
    static RemoteSwagger swagger(RemoteApi api, String etag, byte[] body) throws IOException {
        MapValue document = Json.decodeMap(body);
        if (SwaggerParts.isDeeperThan(DEEPEST, document)) {
            throw new IOException("OpenAPI v2 is nested deeper than " + DEEPEST + " levels");
        }
        String own = "/apis/" + api.group() + "/" + api.version() + "/";
        RemoteSwagger told =
                new RemoteSwagger(api.path(), etag, SwaggerParts.withPaths(document, path -> path.startsWith(own)));
        if (told.size() > MOST_SWAGGER) { // what is no UTF-8 grows when it is replaced
            throw new IOException("OpenAPI v2 has more than " + MOST_SWAGGER + " bytes");
        }
        return told;
    }
}
