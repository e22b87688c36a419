package dev.proa.server.openapi;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.resource.ResourceType.Subresource;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.MapValue.Builder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The paths of one document: what can be done with each resource, and with which parameters. For one thread. */
final class Operations {
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private static final MapValue NAMESPACE =
            inPath("namespace", "object name and auth scope, such as for teams and projects");
    private static final MapValue PRETTY =
            inQuery("pretty", "string", "If 'true', then the output is pretty printed. Defaults to 'false'.");
    private static final MapValue DRY_RUN = inQuery(
            "dryRun",
            "string",
            "When present, indicates that modifications should not be persisted. Valid values are: - All: all dry run stages will be"
                    + " processed");
    private static final MapValue FIELD_MANAGER = inQuery(
            "fieldManager",
            "string",
            "fieldManager is a name associated with the actor or entity that is making these changes.");
    private static final MapValue FIELD_VALIDATION = inQuery(
            "fieldValidation",
            "string",
            "fieldValidation instructs the server on how to handle objects in the request containing unknown or duplicate fields:"
                    + " Ignore, Warn (the default) or Strict.");
    private static final MapValue FORCE = inQuery(
            "force",
            "boolean",
            "Force is going to \"force\" Apply requests. It means user will re-acquire conflicting fields.");
    private static final List<MapValue> WRITING = List.of(DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION);
    private static final List<MapValue> LISTING = List.of(
            inQuery("allowWatchBookmarks", "boolean", "whether to send bookmarks"),
            inQuery("continue", "string", "where a list in chunks goes on"),
            inQuery("fieldSelector", "string", "restricts the objects by their fields"),
            inQuery("labelSelector", "string", "restricts the objects by their labels"),
            inQuery("limit", "integer", "how many objects to return at most"),
            inQuery("resourceVersion", "string", "a constraint on the revision to be served"),
            inQuery("resourceVersionMatch", "string", "how resourceVersion is applied"),
            inQuery("sendInitialEvents", "boolean", "whether a watch begins with the present objects"),
            inQuery("timeoutSeconds", "integer", "ends a list or watch"),
            inQuery("watch", "boolean", "watch for changes"));
    private static final List<MapValue> DELETING = List.of(
            DRY_RUN,
            inQuery("gracePeriodSeconds", "integer", "how long the object may take to end"),
            inQuery("propagationPolicy", "string", "Orphan, Background or Foreground"));
    private static final String[] PATCHES = {
        "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json"
    };

    private final SchemaCatalog catalog;
    private final Schemas schemas;
    private final Map<String, Map<String, MapValue>> paths = new TreeMap<>();

    Operations(SchemaCatalog catalog, Schemas schemas) {
        this.catalog = catalog;
        this.schemas = schemas;
    }

    /** Adds the paths of a resource. */
    void add(String prefix, ResourceType type) {
        Target target = new Target(type.group(), type.version(), type.kind());
        String all = prefix + "/" + type.plural();
        String some = type.namespaced() ? prefix + "/namespaces/{namespace}/" + type.plural() : all;
        List<MapValue> common = type.namespaced() ? List.of(NAMESPACE, PRETTY) : List.of(PRETTY);
        if (type.namespaced() && type.can("list")) {
            put(all, "get", "list", target, List.of(PRETTY), LISTING, true);
        }
        if (type.can("list")) {
            put(some, "get", "list", target, common, LISTING, true);
        }
        if (type.can("create")) {
            put(some, "post", "post", target, common, WRITING, false);
        }
        if (type.can("deletecollection")) {
            put(some, "delete", "deletecollection", target, common, DELETING, false);
        }
        one(some + "/{name}", target, type.kind(), type.verbs(), common);
        for (Subresource subresource : type.subresources()) {
            Target part = new Target(subresource.group(), subresource.version(), subresource.kind());
            one(some + "/{name}/" + subresource.name(), part, type.kind(), subresource.verbs(), common);
            if (subresource.verbs().contains("create")) {
                List<MapValue> named = plus(common, name(type.kind()));
                put(some + "/{name}/" + subresource.name(), "post", "post", part, named, WRITING, false);
            }
        }
    }

    private void one(String path, Target target, String kind, List<String> verbs, List<MapValue> common) {
        List<MapValue> named = plus(common, name(kind));
        if (verbs.contains("get")) {
            put(path, "get", "get", target, named, List.of(), false);
        }
        if (verbs.contains("update")) {
            put(path, "put", "put", target, named, WRITING, false);
        }
        if (verbs.contains("patch")) {
            put(path, "patch", "patch", target, named, plus(WRITING, FORCE), false);
        }
        if (verbs.contains("delete")) {
            put(path, "delete", "delete", target, named, DELETING, false);
        }
    }

    MapValue build() {
        Builder builder = MapValue.builder();
        paths.forEach((path, operations) -> builder.put(path, MapValue.copyOf(operations)));
        return builder.build();
    }

    private record Target(String group, String version, String kind) {
        String apiVersion() {
            return group.isEmpty() ? version : group + "/" + version;
        }
    }

    private void put(
            String path,
            String method,
            String action,
            Target target,
            List<MapValue> common,
            List<MapValue> own,
            boolean list) {
        Struct struct = catalog.kind(target.apiVersion(), target.kind() + (list ? "List" : ""));
        boolean deletes = method.equals("delete");
        String answer = deletes ? META + "Status" : struct == null ? "" : struct.name();
        MapValue body = answer.isEmpty() ? null : content(schemas.reference(answer), "application/json");
        Map<String, MapValue> item = paths.computeIfAbsent(path, unused -> new TreeMap<>());
        Builder operation = MapValue.builder(10)
                .put("description", action + " " + target.kind())
                .put("operationId", operationId(path, method))
                .put("parameters", ListValue.copyOf(plus(common, own)))
                .put("responses", responses(body))
                .put("tags", ListValue.of(tag(path)))
                .put("x-kubernetes-action", action)
                .put("x-kubernetes-group-version-kind", Schemas.kind(target.group(), target.version(), target.kind()));
        if (method.equals("patch")) {
            MapValue patch = schemas.reference(META + "Patch");
            operation.put("requestBody", content(patch, PATCHES).with("required", true));
        } else if (deletes) {
            operation.put("requestBody", content(schemas.reference(META + "DeleteOptions"), "application/json"));
        } else if (body != null && (method.equals("post") || method.equals("put"))) {
            operation.put("requestBody", body.with("required", true));
        }
        item.put(method, operation.build());
    }

    private static MapValue responses(@Nullable MapValue body) {
        MapValue ok = MapValue.of("description", "OK");
        return MapValue.of(
                "200",
                body == null ? ok : ok.with("content", body.get("content")),
                "401",
                MapValue.of("description", "Unauthorized"));
    }

    private static MapValue content(MapValue schema, String... types) {
        Builder content = MapValue.builder();
        for (String type : types) {
            content.put(type, MapValue.of("schema", schema));
        }
        return MapValue.of("content", content.build());
    }

    /** The group and version of a path in one word, as generated clients call their classes. */
    private static String tag(String path) {
        String[] parts = path.split("/");
        return parts[1].equals("api") ? "core_" + parts[2] : parts[2].split("\\.")[0] + "_" + parts[3];
    }

    private static String operationId(String path, String method) {
        StringBuilder id = new StringBuilder(method);
        for (String part : path.split("[/{}.]+")) {
            if (!part.isEmpty() && !part.startsWith("api")) {
                id.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
            }
        }
        return id.toString();
    }

    private static List<MapValue> plus(List<MapValue> list, MapValue one) {
        return plus(list, List.of(one));
    }

    private static List<MapValue> plus(List<MapValue> list, List<MapValue> more) {
        List<MapValue> all = new ArrayList<>(list);
        all.addAll(more);
        return all;
    }

    private static MapValue name(String kind) {
        return inPath("name", "name of the " + kind);
    }

    private static MapValue inPath(String name, String description) {
        return parameter(name, "path", "string", description).with("required", true);
    }

    private static MapValue inQuery(String name, String type, String description) {
        return parameter(name, "query", type, description);
    }

    private static MapValue parameter(String name, String in, String type, String description) {
        return MapValue.of(
                "name",
                name,
                "in",
                in,
                "description",
                description,
                "schema",
                MapValue.of("type", type, "uniqueItems", true));
    }
}
