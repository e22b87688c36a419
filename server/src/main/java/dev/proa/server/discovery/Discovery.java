package dev.proa.server.discovery;

import dev.proa.api.codec.Json;
import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.resource.ResourceType.Subresource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.aggregator.ApiServices;
import dev.proa.server.aggregator.ApiServices.Group;
import dev.proa.server.aggregator.RemoteApi;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The discovery documents: {@code /api}, {@code /api/v1}, {@code /apis}, {@code /apis/GROUP} and {@code /apis/GROUP/VERSION}, and
 * {@code /api} and {@code /apis} in their aggregated form for those who accept it. Each is made when it is first asked for, and
 * then kept as bytes. Safe for any thread.
 */
public final class Discovery {
    private static final String AGGREGATED_V2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private final ResourceCatalog catalog;
    private final String serverAddress;
    private final ApiServices services;
    private final ConcurrentHashMap<String, Document> documents = new ConcurrentHashMap<>();

    /**
     * @param catalog what is served
     * @param serverAddress host and port, which {@code /api} tells
     * @param services give the order, and what is served elsewhere
     */
    public Discovery(ResourceCatalog catalog, String serverAddress, ApiServices services) {
        this.services = services;
        this.catalog = catalog;
        this.serverAddress = serverAddress;
    }

    /**
     * The document at a path, or null when there is none.
     *
     * @param path without query and trailing slash
     * @param accept the {@code Accept} header, empty when there is none
     */
    public @Nullable Document document(String path, String accept) {
        if ((path.equals("/api") || path.equals("/apis")) && acceptsAggregated(accept)) {
            return documents.computeIfAbsent(
                    path + "?aggregated", unused -> Document.of(aggregated(path.equals("/api")), AGGREGATED_V2));
        }
        Document known = documents.get(path);
        if (known != null) {
            return known;
        }
        MapValue made = legacy(path);
        return made == null ? null : documents.computeIfAbsent(path, unused -> Document.of(made, "application/json"));
    }

    /** The first media type that is known decides; clients list the aggregated form before the plain one. */
    private static boolean acceptsAggregated(String accept) {
        for (String range : accept.split(",")) {
            String type = range.replace(" ", "");
            if (type.startsWith("application/json;")
                    && type.contains("as=APIGroupDiscoveryList")
                    && type.contains("g=apidiscovery.k8s.io")
                    && type.contains("v=v2")
                    && !type.contains("v=v2beta")) {
                return true;
            }
            if (type.equals("application/json") || type.startsWith("application/json;q=") || type.equals("*/*")) {
                return false;
            }
        }
        return false;
    }

    private @Nullable MapValue legacy(String path) {
        if (path.equals("/api")) {
            return MapValue.of(
                    "kind",
                    "APIVersions",
                    "versions",
                    ListValue.of("v1"),
                    "serverAddressByClientCIDRs",
                    ListValue.of(MapValue.of("clientCIDR", "0.0.0.0/0", "serverAddress", serverAddress)));
        }
        if (path.equals("/api/v1")) {
            return resources("v1").without("apiVersion");
        }
        if (!path.equals("/apis") && !path.startsWith("/apis/")) {
            return null;
        }
        if (path.indexOf('/', "/apis/".length()) > 0) {
            String groupVersion = path.substring("/apis/".length());
            return catalog.of(groupVersion).isEmpty() ? null : resources(groupVersion);
        }
        List<Group> groups = services.groups(catalog.groupVersions(), false);
        if (path.equals("/apis")) {
            return MapValue.of(
                    "kind",
                    "APIGroupList",
                    "apiVersion",
                    "v1",
                    "groups",
                    ListValue.copyOf(groups.stream().map(Discovery::group).toList()));
        }
        String name = path.substring("/apis/".length());
        for (Group group : groups) {
            if (group.name().equals(name)) {
                return group(group).with("kind", "APIGroup").with("apiVersion", "v1");
            }
        }
        return null;
    }

    private static MapValue group(Group group) {
        List<MapValue> list = new ArrayList<>();
        for (ApiServices.Entry entry : group.versions()) {
            list.add(MapValue.of("groupVersion", group.name() + "/" + entry.version(), "version", entry.version()));
        }
        return MapValue.of(
                "name", group.name(), "versions", ListValue.copyOf(list), "preferredVersion", list.getFirst());
    }

    private MapValue resources(String groupVersion) {
        List<MapValue> list = new ArrayList<>();
        for (ResourceType type : catalog.of(groupVersion)) {
            list.add(MapValue.builder(12)
                    .put("name", type.plural())
                    .put("singularName", type.singular())
                    .put("namespaced", type.namespaced())
                    .put("kind", type.kind())
                    .put("verbs", ListValue.copyOf(type.verbs()))
                    .putIfPresent("shortNames", orNull(type.shortNames()))
                    .putIfPresent("categories", orNull(type.categories()))
                    .putIfPresent(
                            "storageVersionHash",
                            type.storageVersionHash().isEmpty() ? null : type.storageVersionHash())
                    .build());
            for (Subresource subresource : type.subresources()) {
                list.add(subresource(type, subresource));
            }
        }
        return MapValue.of(
                "kind",
                "APIResourceList",
                "apiVersion",
                "v1",
                "groupVersion",
                groupVersion,
                "resources",
                ListValue.copyOf(list));
    }

    private static MapValue subresource(ResourceType type, Subresource subresource) {
        boolean foreign = isForeign(type, subresource);
        return MapValue.builder(8)
                .put("name", type.plural() + "/" + subresource.name())
                .put("singularName", "")
                .put("namespaced", type.namespaced())
                .putIfPresent("group", foreign && !subresource.group().isEmpty() ? subresource.group() : null)
                .putIfPresent("version", foreign ? subresource.version() : null)
                .put("kind", subresource.kind())
                .put("verbs", ListValue.copyOf(subresource.verbs()))
                .build();
    }

    private static boolean isForeign(ResourceType type, Subresource subresource) {
        return !subresource.group().equals(type.group())
                || !subresource.version().equals(type.version());
    }

    private static @Nullable ListValue orNull(List<String> names) {
        return names.isEmpty() ? null : ListValue.copyOf(names);
    }

    private MapValue aggregated(boolean core) {
        List<MapValue> items = new ArrayList<>();
        if (core) {
            items.add(MapValue.of("metadata", MapValue.EMPTY, "versions", ListValue.of(aggregatedVersion("v1"))));
        } else {
            for (Group group : services.groups(catalog.groupVersions(), true)) {
                List<MapValue> list = new ArrayList<>();
                for (ApiServices.Entry entry : group.versions()) {
                    RemoteApi remote = entry.remote();
                    list.add(
                            remote == null
                                    ? aggregatedVersion(group.name() + "/" + entry.version())
                                    : remote.discoveryEntry());
                }
                items.add(
                        MapValue.of("metadata", MapValue.of("name", group.name()), "versions", ListValue.copyOf(list)));
            }
        }
        return MapValue.of(
                "kind",
                "APIGroupDiscoveryList",
                "apiVersion",
                "apidiscovery.k8s.io/v2",
                "metadata",
                MapValue.EMPTY,
                "items",
                ListValue.copyOf(items));
    }

    private MapValue aggregatedVersion(String groupVersion) {
        List<MapValue> resources = new ArrayList<>();
        for (ResourceType type : catalog.of(groupVersion)) {
            List<MapValue> subresources = new ArrayList<>();
            for (Subresource subresource : type.subresources()) {
                boolean foreign = isForeign(type, subresource);
                subresources.add(MapValue.of(
                        "subresource",
                        subresource.name(),
                        "responseKind",
                        responseKind(
                                foreign ? subresource.group() : "",
                                foreign ? subresource.version() : "",
                                subresource.kind()),
                        "verbs",
                        ListValue.copyOf(subresource.verbs())));
            }
            resources.add(MapValue.builder(10)
                    .put("resource", type.plural())
                    .put("responseKind", responseKind("", "", type.kind()))
                    .put("scope", type.namespaced() ? "Namespaced" : "Cluster")
                    .put("singularResource", type.singular())
                    .put("verbs", ListValue.copyOf(type.verbs()))
                    .putIfPresent("shortNames", orNull(type.shortNames()))
                    .putIfPresent("categories", orNull(type.categories()))
                    .putIfPresent("subresources", subresources.isEmpty() ? null : ListValue.copyOf(subresources))
                    .build());
        }
        return MapValue.of(
                "version",
                groupVersion.substring(groupVersion.indexOf('/') + 1),
                "resources",
                ListValue.copyOf(resources),
                "freshness",
                "Current");
    }

    private static MapValue responseKind(String group, String version, String kind) {
        return MapValue.of("group", group, "version", version, "kind", kind);
    }

    /**
     * A document as it is sent.
     *
     * @param body nobody may change it
     * @param etag in quotes: the same for the same body
     * @param compressed whether the body is kept compressed by gzip
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Document(byte[] body, String contentType, String etag, boolean compressed) {
        /** A body as a document. */
        public Document(byte[] body, String contentType, String etag) {
            this(body, contentType, etag, false);
        }

        /** The body without any compression. */
        public byte[] plain() {
            return compressed ? Gzip.plain(body) : body;
        }

        /** A body that is compressed by gzip. */
        public static Document compressed(byte[] gzip, String contentType) {
            return new Document(gzip, contentType, '"' + Digests.sha512(gzip) + '"', true);
        }

        /** A value as a document. */
        public static Document of(MapValue value, String contentType) {
            byte[] body = Json.encode(value);
            return new Document(body, contentType, '"' + Digests.sha512(body) + '"');
        }
    }
}
