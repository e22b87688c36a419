package dev.proa.server.openapi;

import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.schema.Descriptions;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.value.MapValue;
import dev.proa.server.discovery.Digests;
import dev.proa.server.discovery.Discovery.Document;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The OpenAPI documents: the index {@code /openapi/v3}, and one for each group and version, {@code /openapi/v3/api/v1} and {@code
 * /openapi/v3/apis/GROUP/VERSION}. Each is made when it is first asked for, and then kept as bytes; the index names them by a hash of
 * the version that made them, so that clients may keep them for ever. Safe for any thread.
 */
public final class OpenApi {
    private static final String ROOT = "/openapi/v3";

    private final ResourceCatalog resources;
    private final String version;
    private final ConcurrentHashMap<String, Document> documents = new ConcurrentHashMap<>();

    /** @param version of the server, as {@code v1.36.3}, which the documents tell */
    public OpenApi(ResourceCatalog resources, String version) {
        this.resources = resources;
        this.version = version;
    }

    /**
     * The document at a path, or null when there is none.
     *
     * @param path without query and trailing slash
     */
    public @Nullable Document document(String path) {
        if (path.equals(ROOT)) {
            return documents.computeIfAbsent(path, unused -> Document.of(index(), "application/json"));
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
            // The documents follow from the program alone: its version stands for them without their being made.
            String hash = Digests.sha512((version + "/" + prefix).getBytes(StandardCharsets.UTF_8));
            paths.put(prefix, MapValue.of("serverRelativeURL", ROOT + "/" + prefix + "?hash=" + hash));
        }
        return MapValue.of("paths", paths.build());
    }

    private MapValue made(String groupVersion) {
        SchemaCatalog types = SchemaCatalog.builtin();
        Schemas schemas = new Schemas(types, Descriptions.load(), ReferenceDescriptions.load());
        Operations operations = new Operations(types, schemas);
        for (ResourceType type : resources.of(groupVersion)) {
            operations.add("/" + prefix(groupVersion), type);
        }
        return MapValue.of(
                "openapi",
                "3.0.0",
                "info",
                MapValue.of("title", "Kubernetes", "version", version),
                "paths",
                operations.build(),
                "components",
                MapValue.of("schemas", schemas.components()));
    }
}
