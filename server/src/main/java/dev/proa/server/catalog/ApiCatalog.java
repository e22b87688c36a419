package dev.proa.server.catalog;

import dev.proa.api.protobuf.Protobuf;
import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.resource.VersionOrder;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.server.aggregator.ApiServices;
import dev.proa.server.discovery.Discovery;
import dev.proa.server.encoding.ProtobufEncoding;
import dev.proa.server.openapi.OpenApi;
import dev.proa.server.openapi.PublishedKind;
import dev.proa.server.resource.Strategies;
import dev.proa.server.validation.BuiltInTypes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of all that is served: the resources, each with its strategy and table, the types of objects, and the discovery and OpenAPI
 * documents that follow from them. Immutable, safe for any thread. What costs something is computed when it is first asked for, and kept
 * with the snapshot.
 */
public final class ApiCatalog {
    /** What the documents call the version of the API. */
    private static final String VERSION = "v1.36.3";

    /** In the order of discovery. */
    private final List<Endpoint> endpoints;

    private final Map<String, Endpoint> byPlural;
    private final Set<String> groups;
    private final Lazy<Map<String, List<Endpoint>>> sameName;
    private final ResourceCatalog resources;
    private final SchemaCatalog builtInSchemas;
    private final SchemaCatalog schemas;
    private final ProtobufEncoding protobuf;
    private final Discovery discovery;
    private final OpenApi openApi;
    private final String serverAddress;
    private final ApiServices services;

    private ApiCatalog(
            List<Endpoint> endpoints,
            SchemaCatalog builtInSchemas,
            ProtobufEncoding protobuf,
            String serverAddress,
            ApiServices services) {
        this.services = services;
        this.endpoints = List.copyOf(endpoints);
        this.builtInSchemas = builtInSchemas;
        this.protobuf = protobuf;
        this.serverAddress = serverAddress;
        List<ResourceType> types = new ArrayList<>(endpoints.size());
        List<Struct> more = new ArrayList<>(0);
        byPlural = new HashMap<>();
        groups = new HashSet<>();
        for (Endpoint endpoint : endpoints) {
            types.add(endpoint.type());
            more.addAll(endpoint.types());
            groups.add(endpoint.group());
            byPlural.put(path(endpoint.group(), endpoint.version(), endpoint.plural()), endpoint);
        }
        sameName = new Lazy<>(() -> this.endpoints.stream().collect(Collectors.groupingBy(Endpoint::plural)));
        resources = new ResourceCatalog(types);
        schemas = builtInSchemas.with(more);
        discovery = new Discovery(resources, serverAddress, services);
        openApi = new OpenApi(resources, schemas, VERSION, this::definition, this::published)
                .withOthers(services.openApiPaths(), services.swaggers());
    }

    /** The same with other API services. */
    private ApiCatalog(ApiCatalog other, ApiServices services) {
        this.services = services;
        endpoints = other.endpoints;
        builtInSchemas = other.builtInSchemas;
        protobuf = other.protobuf;
        serverAddress = other.serverAddress;
        resources = other.resources;
        schemas = other.schemas;
        byPlural = other.byPlural;
        groups = other.groups;
        sameName = other.sameName;
        discovery = new Discovery(resources, serverAddress, services);
        openApi = other.openApi.withOthers(services.openApiPaths(), services.swaggers());
    }

    /**
     * The resources and types that are built into Kubernetes.
     *
     * @param serverAddress host and port under which clients reach this server, as discovery tells it
     */
    public static ApiCatalog builtIn(Strategies strategies, String serverAddress) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (ResourceType type : ResourceCatalog.builtin().all()) {
            endpoints.add(Endpoint.builtIn(type, strategies));
        }
        SchemaCatalog schemas = BuiltInTypes.catalog();
        return new ApiCatalog(
                endpoints, schemas, new ProtobufEncoding(new Protobuf(schemas)), serverAddress, ApiServices.NONE);
    }

    private static String path(String group, String version, String plural) {
        return group + '/' + version + '/' + plural;
    }

    /** A catalog in which an endpoint is served, too, in place of the one at the same path, if there is one. */
    public ApiCatalog with(Endpoint added) {
        List<Endpoint> all = new ArrayList<>(endpoints);
        all.removeIf(at(added.group(), added.version(), added.plural()));
        all.add(added);
        return sorted(all);
    }

    /**
     * A catalog that serves these endpoints of custom resources and no others, besides what is built in. A path of a built-in resource
     * stays that resource's.
     */
    public ApiCatalog withCustomResources(Collection<Endpoint> custom) {
        List<Endpoint> all = new ArrayList<>(endpoints);
        all.removeIf(Endpoint::isCustom);
        Set<String> taken = new HashSet<>();
        all.forEach(endpoint -> taken.add(path(endpoint.group(), endpoint.version(), endpoint.plural())));
        for (Endpoint endpoint : custom) {
            if (!taken.contains(path(endpoint.group(), endpoint.version(), endpoint.plural()))) {
                all.add(endpoint);
            }
        }
        return sorted(all);
    }

    /** Built-in groups come first, in their order; then the others by name. In a group, later and more stable versions come first. */
    private ApiCatalog sorted(List<Endpoint> all) {
        Map<String, Integer> order = new HashMap<>();
        for (Endpoint endpoint : all) {
            if (endpoint.isBuiltIn()) {
                order.putIfAbsent(endpoint.group(), order.size());
            }
        }
        Map<String, Integer> versions = new HashMap<>();
        for (Endpoint endpoint : all) {
            if (endpoint.isBuiltIn()) {
                versions.putIfAbsent(endpoint.type().apiVersion(), versions.size());
            }
        }
        all.sort(Comparator.comparingInt((Endpoint endpoint) -> order.getOrDefault(endpoint.group(), order.size()))
                .thenComparing(Endpoint::group)
                .thenComparingInt(endpoint -> versions.getOrDefault(endpoint.apiVersion(), versions.size()))
                .thenComparing(Endpoint::version, VersionOrder.LEAST_FIRST.reversed())
                .thenComparing(Endpoint::plural));
        return new ApiCatalog(all, builtInSchemas, protobuf, serverAddress, services);
    }

    /** A catalog in which the resource at a path is not served. */
    public ApiCatalog without(String group, String version, String plural) {
        List<Endpoint> left = new ArrayList<>(endpoints);
        left.removeIf(at(group, version, plural));
        return new ApiCatalog(left, builtInSchemas, protobuf, serverAddress, services);
    }

    /** A catalog with these API services, in whose order discovery tells what there is; some of it is served elsewhere. */
    public ApiCatalog withApiServices(ApiServices others) {
        return new ApiCatalog(this, others);
    }

    /** The API services in force. */
    public ApiServices apiServices() {
        return services;
    }

    /**
     * The {@code group/version}s that are served here; {@code v1} for the core group.
     *
     * @param builtIn whether those of Kubernetes itself; else those of custom resources
     */
    public Set<String> groupVersions(boolean builtIn) {
        return groupVersionsOf(builtIn ? Endpoint::isBuiltIn : Endpoint::isCustom);
    }

    /** The {@code group/version}s whose objects are computed here unless somebody else serves them. */
    public Set<String> computedGroupVersions() {
        return groupVersionsOf(endpoint -> endpoint.source() != null);
    }

    private Set<String> groupVersionsOf(Predicate<Endpoint> which) {
        Set<String> found = new LinkedHashSet<>();
        for (Endpoint endpoint : endpoints) {
            if (which.test(endpoint)) {
                found.add(endpoint.apiVersion());
            }
        }
        return found;
    }

    private static Predicate<Endpoint> at(String group, String version, String plural) {
        return endpoint -> endpoint.group().equals(group)
                && endpoint.version().equals(version)
                && endpoint.plural().equals(plural);
    }

    /** What is served at the path of a resource; null when nothing is. */
    public @Nullable Endpoint endpoint(String group, String version, String plural) {
        return byPlural.get(path(group, version, plural));
    }

    /** What is served in place of an endpoint of another catalog; null when nothing is. */
    public @Nullable Endpoint successor(Endpoint endpoint) {
        return endpoint(endpoint.group(), endpoint.version(), endpoint.plural());
    }

    /** The endpoints by which the same stored objects are reached, in the order of discovery: other versions, or other groups. */
    public List<Endpoint> equivalents(ResourceType type) {
        Endpoint endpoint = endpoint(type.group(), type.version(), type.plural());
        if (endpoint == null) {
            return List.of();
        }
        String stored = endpoint.strategy().storageResource();
        // The same objects have the same name in every group.
        return sameName.get().getOrDefault(type.plural(), List.of()).stream()
                .filter(other -> other.strategy().storageResource().equals(stored))
                .toList();
    }

    /** Whether there is a group of this name, in any version. The core group, which is empty, is always there. */
    public boolean hasGroup(String group) {
        return group.isEmpty() || groups.contains(group);
    }

    /** Whether objects of this kind, or lists of them, are served. {@code apiVersion} as in objects. */
    public boolean hasKind(String apiVersion, String kind) {
        return resources.byKind(apiVersion, kind) != null
                || kind.endsWith("List") && resources.byKind(apiVersion, kind.substring(0, kind.length() - 4)) != null;
    }

    /** What serves the objects of a kind; null when nothing does. {@code apiVersion} as in objects. */
    public @Nullable Endpoint endpointOf(String apiVersion, String kind) {
        ResourceType type = resources.byKind(apiVersion, kind);
        return type == null ? null : endpoint(type.group(), type.version(), type.plural());
    }

    /** All types of objects. */
    public SchemaCatalog schemas() {
        return schemas;
    }

    /** Reads and writes protobuf: all built-in types, and the metadata of others. */
    public ProtobufEncoding protobuf() {
        return protobuf;
    }

    public Discovery discovery() {
        return discovery;
    }

    public OpenApi openApi() {
        return openApi;
    }

    private PublishedKind.@Nullable Source published(ResourceType type) {
        Endpoint endpoint = endpoint(type.group(), type.version(), type.plural());
        return endpoint == null ? null : endpoint.published();
    }

    /** What defines the resources of a group and version: another text when another is among them, or one is defined anew. */
    private String definition(String groupVersion) {
        StringBuilder definition = new StringBuilder();
        for (ResourceType type : resources.of(groupVersion)) {
            Endpoint endpoint = endpoint(type.group(), type.version(), type.plural());
            definition.append(type.plural()).append('=');
            definition.append(endpoint == null ? "" : endpoint.definition()).append('\n');
        }
        return definition.toString();
    }
}
