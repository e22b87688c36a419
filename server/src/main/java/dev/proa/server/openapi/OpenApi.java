package dev.proa.server.openapi;

import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.value.MapValue;
import dev.proa.server.aggregator.RemoteSwagger;
import dev.proa.server.discovery.Digests;
import dev.proa.server.discovery.Discovery.Document;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The OpenAPI documents: {@code /openapi/v2} for everything; the index {@code /openapi/v3}, and one for each group and version, {@code
 * /openapi/v3/api/v1} and {@code /openapi/v3/apis/GROUP/VERSION}. Each is made when it is first asked for, and then kept as bytes; the index names them by a hash of
 * what defines them, so that clients may keep them for ever. Safe for any thread.
 */
public final class OpenApi {
    /** The media type of {@code /openapi/v2} in protobuf, as it is answered. */
    public static final String V2_PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private static final String ROOT = "/openapi/v3";
    private static final String SWAGGER = "/openapi/v2";

    private final ResourceCatalog resources;
    private final SchemaCatalog types;
    private final String version;
    private final UnaryOperator<String> definitions;
    private final Function<ResourceType, PublishedKind.@Nullable Source> published;
    private final ConcurrentHashMap<String, Document> documents;
    /** Entries of the index for documents that somebody else has. */
    private final MapValue others;
    /** What is merged into the document of OpenAPI v2. */
    private final List<RemoteSwagger> merged;
    /** The document of OpenAPI v2 in each of its forms. */
    private final ConcurrentHashMap<String, Document> swaggers;

    private volatile @Nullable Document index;

    /**
     * @param types of the resources
     * @param version of the server, as {@code v1.36.3}, which the documents tell
     * @param definitions tells for each {@code group/version} what, besides the server's version, defines its resources
     * @param published gives the schemas of resources whose kind is not among the types; null for others
     */
    public OpenApi(
            ResourceCatalog resources,
            SchemaCatalog types,
            String version,
            UnaryOperator<String> definitions,
            Function<ResourceType, PublishedKind.@Nullable Source> published) {
        this.resources = resources;
        this.types = types;
        this.version = version;
        this.definitions = definitions;
        this.published = published;
        documents = new ConcurrentHashMap<>();
        others = MapValue.EMPTY;
        merged = List.of();
        swaggers = new ConcurrentHashMap<>();
    }

    private OpenApi(OpenApi own, MapValue others, List<RemoteSwagger> merged) {
        resources = own.resources;
        types = own.types;
        version = own.version;
        definitions = own.definitions;
        published = own.published;
        documents = own.documents;
        this.others = others;
        this.merged = merged;
        swaggers = merged.equals(own.merged) ? own.swaggers : new ConcurrentHashMap<>();
    }

    /**
     * The same documents, with what extension servers tell.
     *
     * @param paths entries of the index of OpenAPI v3 by their keys, in place of those that are there
     * @param told what is merged into the document of OpenAPI v2; the first ones keep their names
     */
    public OpenApi withOthers(MapValue paths, List<RemoteSwagger> told) {
        return paths.equals(others) && told.equals(merged) ? this : new OpenApi(this, paths, told);
    }

    /**
     * The document at a path, or null when there is none.
     *
     * @param path without query and trailing slash
     */
    public @Nullable Document document(String path) {
        return document(path, "");
    }

    /**
     * The document at a path, or null when there is none.
     *
     * @param path without query and trailing slash
     * @param accept the media types that the client takes, by which {@code /openapi/v2} is JSON or protobuf
     */
    public @Nullable Document document(String path, String accept) {
        if (path.equals(SWAGGER)) {
            boolean protobuf = SwaggerType.isProtobuf(accept);
            return swaggers.computeIfAbsent(
                    protobuf ? V2_PROTOBUF : path,
                    unused -> Document.compressed(swagger(protobuf), protobuf ? V2_PROTOBUF : "application/json"));
        }
        if (path.equals(ROOT)) {
            Document known = index;
            if (known == null) {
                known = Document.of(index(), "application/json");
                index = known;
            }
            return known;
        }
        String groupVersion = path.startsWith(ROOT + "/apis/")
                ? path.substring(ROOT.length() + 6)
                : path.equals(ROOT + "/api/v1") ? "v1" : "";
        return resources.of(groupVersion).isEmpty()
                ? null
                : documents.computeIfAbsent(path, unused -> Document.of(made(groupVersion), "application/json"));
    }

    private static String prefix(String groupVersion) {
        return groupVersion.indexOf('/') < 0 ? "api/" + groupVersion : "apis/" + groupVersion;
    }

    private MapValue index() {
        MapValue.Builder paths = MapValue.builder();
        for (String groupVersion : resources.groupVersions()) {
            String prefix = prefix(groupVersion);
            // What a document is made of stands for it without its being made.
            String source = version + "/" + prefix + "\n" + definitions.apply(groupVersion);
            String hash = Digests.sha512(source.getBytes(StandardCharsets.UTF_8));
            paths.put(prefix, MapValue.of("serverRelativeURL", ROOT + "/" + prefix + "?hash=" + hash));
        }
        for (Map.Entry<String, @Nullable Object> other : others) {
            paths.put(other.getKey(), other.getValue());
        }
        return MapValue.of("paths", paths.build());
    }

    private MapValue made(String groupVersion) {
        Map<String, MapValue> components = new TreeMap<>();
        Schemas schemas = new Schemas(types, false, components::put);
        V3 form = new V3(schemas);
        MapValue.Builder paths = MapValue.builder();
        PathItem.each(
                List.of(Operations.resources(groupVersion)), (path, item) -> paths.put(path, form.pathItem(item)));
        for (ResourceType type : resources.of(groupVersion)) {
            PublishedKind.Source source = published.apply(type);
            PublishedKind kind = source == null ? null : source.v3();
            if (kind != null) {
                schemas.add(kind);
            }
            PathItem.each(Operations.of(types, type, kind), (path, item) -> paths.put(path, form.pathItem(item)));
        }
        schemas.finish();
        return MapValue.of(
                "openapi",
                "3.0.0",
                "info",
                MapValue.of("title", "Kubernetes", "version", version),
                "paths",
                paths.build(),
                "components",
                MapValue.of("schemas", MapValue.copyOf(components)));
    }

    private byte[] swagger(boolean protobuf) {
        SwaggerDocument document = protobuf ? new SwaggerDocument.OfProtobuf() : new SwaggerDocument.OfJson();
        SwaggerMerger merger = merged.isEmpty() ? null : new SwaggerMerger(document, merged);
        BiConsumer<String, MapValue> definition = merger == null ? document::definition : merger::definition;
        Schemas schemas = new Schemas(types, true, definition);
        V2 form = new V2(schemas);
        for (String groupVersion : resources.groupVersions()) {
            PathItem.each(
                    List.of(Operations.resources(groupVersion)),
                    (path, item) -> document.path(path, form.pathItem(item)));
            for (ResourceType type : resources.of(groupVersion)) {
                PublishedKind.Source source = published.apply(type);
                PublishedKind kind = source == null ? null : source.v2();
                if (kind != null) {
                    schemas.add(kind);
                }
                PathItem.each(
                        Operations.of(types, type, kind), (path, item) -> document.path(path, form.pathItem(item)));
            }
        }
        schemas.finish();
        form.parameters().forEach(merger == null ? document::parameter : merger::parameter);
        if (merger != null) {
            merger.merge();
        }
        return document.compressed(version);
    }
}
