package dev.proa.server.openapi;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.resource.ResourceType.Subresource;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.MapValue;
import dev.proa.server.openapi.Operation.Body;
import dev.proa.server.openapi.Operation.Parameter;
import dev.proa.server.openapi.Operation.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects what can be done with a resource, by all its paths. For one thread. */
final class Operations {
    static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    private static final List<String> CUSTOM = List.of("application/json", "application/yaml");
    private static final List<String> ENCODINGS =
            List.of("application/json", "application/yaml", "application/vnd.kubernetes.protobuf");
    private static final List<String> ENCODINGS_OF_WATCHES = List.of(
            "application/json",
            "application/yaml",
            "application/vnd.kubernetes.protobuf",
            "application/json;stream=watch",
            "application/vnd.kubernetes.protobuf;stream=watch");
    private static final List<String> LOGS =
            List.of("text/plain", "application/json", "application/yaml", "application/vnd.kubernetes.protobuf");
    private static final List<String> ANY = List.of("*/*");
    private static final List<String> PATCHES = List.of(
            "application/json-patch+json",
            "application/merge-patch+json",
            "application/strategic-merge-patch+json",
            "application/apply-patch+yaml");
    /** Of custom resources, whose fields tell nothing of a strategic merge. */
    private static final List<String> CUSTOM_PATCHES =
            List.of("application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml");

    private static final String STATUS = META + "Status";
    private static final Response UNAUTHORIZED = new Response(401, "Unauthorized", "");

    /** Resources whose deletion answers with the object, in groups of which others do not. */
    private static final Set<String> DELETION_SHOWS_OBJECT = Set.of(
            "/persistentvolumeclaims",
            "/persistentvolumes",
            "/pods",
            "/podtemplates",
            "/resourcequotas",
            "/serviceaccounts",
            "/services",
            "storage.k8s.io/csidrivers",
            "storage.k8s.io/csinodes",
            "storage.k8s.io/storageclasses",
            "storage.k8s.io/volumeattachments",
            "storage.k8s.io/volumeattributesclasses");

    private final SchemaCatalog catalog;
    private final ResourceType type;
    private final @Nullable PublishedKind published;
    private final String root;
    private final List<Operation> all = new ArrayList<>();

    private Operations(SchemaCatalog catalog, ResourceType type, @Nullable PublishedKind published) {
        this.catalog = catalog;
        this.type = type;
        this.published = published;
        this.root = (type.group().isEmpty() ? "/api/" : "/apis/") + type.apiVersion();
    }

    /**
     * The operations of a resource.
     *
     * @param published the names of its schemas when its kind is not in the catalog; null for others
     */
    static List<Operation> of(SchemaCatalog catalog, ResourceType type, @Nullable PublishedKind published) {
        Operations operations = new Operations(catalog, type, published);
        operations.collect();
        return operations.all;
    }

    /** The operation that lists the resources of a group and version. */
    static Operation resources(String groupVersion) {
        String path = (groupVersion.indexOf('/') < 0 ? "/api/" : "/apis/") + groupVersion + "/";
        OperationName name = OperationName.of(path);
        return new Operation(
                path,
                "get",
                name.id("get", "APIResources"),
                "",
                "get available resources",
                name.tag(),
                null,
                List.of(),
                null,
                ENCODINGS,
                ENCODINGS,
                List.of(new Response(200, "OK", META + "APIResourceList"), UNAUTHORIZED));
    }

    private void collect() {
        Target target = new Target(type.group(), type.version(), type.kind(), schema(false));
        String scope = type.namespaced() ? "Namespaced" : "";
        String some = type.namespaced() ? "/namespaces/{namespace}/" + type.plural() : "/" + type.plural();
        List<Parameter> common =
                type.namespaced() ? List.of(Parameters.NAMESPACE, Parameters.PRETTY) : List.of(Parameters.PRETTY);
        boolean list = type.can("list");
        boolean watch = type.can("watch") && published == null;
        if (list && type.namespaced()) {
            List<Parameter> everywhere = Parameters.with(List.of(Parameters.PRETTY), Parameters.LIST);
            list("/" + type.plural(), type.kind() + "ForAllNamespaces", target, everywhere);
        }
        if (list) {
            list(some, scope + type.kind(), target, Parameters.with(common, Parameters.LIST));
        }
        if (type.can("create")) {
            put(some, "post", "create", scope + type.kind(), target, Parameters.with(common, Parameters.WRITE));
        }
        if (type.can("deletecollection")) {
            List<Parameter> own = published == null ? Parameters.DELETE_COLLECTION : Parameters.LIST;
            put(some, "delete", "deletecollection", scope + type.kind(), target, Parameters.with(common, own));
        }
        List<Parameter> named = Parameters.with(common, Parameters.name(type.kind()));
        one(some + "/{name}", scope + type.kind(), target, type.verbs(), named);
        if (watch) {
            watches(some, scope, named);
        }
        for (Subresource subresource : type.subresources()) {
            subresource(some + "/{name}/" + subresource.name(), scope, subresource, named);
        }
    }

    private void one(String path, String name, Target target, List<String> verbs, List<Parameter> named) {
        if (verbs.contains("get")) {
            put(path, "get", "read", name, target, named);
        }
        if (verbs.contains("update")) {
            put(path, "put", "replace", name, target, Parameters.with(named, Parameters.WRITE));
        }
        if (verbs.contains("patch")) {
            put(path, "patch", "patch", name, target, Parameters.with(named, Parameters.PATCH));
        }
        if (verbs.contains("delete")) {
            put(path, "delete", "delete", name, target, Parameters.with(named, Parameters.DELETE));
        }
    }

    private void list(String path, String name, Target target, List<Parameter> parameters) {
        add(
                        path,
                        "get",
                        "list",
                        name,
                        "list",
                        (type.can("watch") ? "list or watch" : "list") + " objects of kind " + type.kind(),
                        target,
                        parameters)
                .answers(published == null ? ENCODINGS_OF_WATCHES : CUSTOM, ok(schema(true)));
    }

    /** The paths of before there was a parameter for it. */
    private void watches(String some, String scope, List<Parameter> named) {
        Target target = new Target(type.group(), type.version(), type.kind(), META + "WatchEvent");
        String many = "watch individual changes to a list of " + type.kind()
                + ". deprecated: use the 'watch' parameter with a list operation instead.";
        List<Parameter> everywhere = Parameters.with(List.of(Parameters.PRETTY), Parameters.LIST);
        String plural = type.kind() + "List";
        if (type.namespaced()) {
            String path = "/watch/" + type.plural();
            add(path, "get", "watch", plural + "ForAllNamespaces", "watchlist", many, target, everywhere)
                    .answers(ENCODINGS_OF_WATCHES, ok(target.schema()));
        }
        List<Parameter> within = type.namespaced() ? Parameters.with(everywhere, Parameters.NAMESPACE) : everywhere;
        add("/watch" + some, "get", "watch", scope + plural, "watchlist", many, target, within)
                .answers(ENCODINGS_OF_WATCHES, ok(target.schema()));
        String single = "watch changes to an object of kind " + type.kind()
                + ". deprecated: use the 'watch' parameter with a list operation instead, filtered to a single item with the"
                + " 'fieldSelector' parameter.";
        List<Parameter> all = Parameters.with(named, Parameters.LIST);
        add("/watch" + some + "/{name}", "get", "watch", scope + type.kind(), "watch", single, target, all)
                .answers(ENCODINGS_OF_WATCHES, ok(target.schema()));
    }

    private void subresource(String path, String scope, Subresource subresource, List<Parameter> named) {
        String name = scope + type.kind() + capitalized(subresource.name());
        Target target = target(subresource);
        if (subresource.name().equals("log")) {
            add(
                            path,
                            "get",
                            "read",
                            name,
                            "get",
                            "read log of the specified Pod",
                            target,
                            Parameters.with(named, ConnectParameters.ofLogs()))
                    .answers(LOGS, ok("string"));
        } else if (subresource.kind().endsWith("Options")) {
            connections(path, name, subresource, target, named);
        } else {
            if (subresource.verbs().contains("create")) {
                put(path, "post", "create", name, target, Parameters.with(named, Parameters.WRITE));
            }
            one(path, name, target, subresource.verbs(), named);
        }
    }

    /** Any method for proxies; for others GET of WebSockets, and POST of SPDY. */
    private void connections(String path, String name, Subresource subresource, Target target, List<Parameter> named) {
        boolean proxy = subresource.name().equals("proxy");
        List<String> methods =
                proxy ? List.of("delete", "get", "head", "options", "patch", "post", "put") : List.of("get", "post");
        List<Parameter> parameters = new ArrayList<>(named);
        parameters.remove(Parameters.PRETTY);
        parameters.remove(Parameters.name(type.kind()));
        parameters.add(Parameters.name(subresource.kind()));
        parameters.addAll(ConnectParameters.of(subresource.kind()));
        List<Parameter> deeper = Parameters.with(parameters, Parameters.inPath("path", "path to the resource"));
        for (String method : methods) {
            String whole = capitalized(method) + name;
            String text = "connect " + method.toUpperCase(java.util.Locale.ROOT) + " requests to " + subresource.name()
                    + " of " + type.kind();
            add(path, method, "connect", whole, "connect", text, target, Parameters.with(parameters, List.of()))
                    .answers(ANY, ok("string"));
            if (proxy) {
                add(path + "/{path}", method, "connect", whole + "WithPath", "connect", text, target, deeper)
                        .answers(ANY, ok("string"));
            }
        }
    }

    /**
     * Adds an operation that reads or writes an object or deletes some.
     *
     * @param verb as operations are called
     */
    private void put(String path, String method, String verb, String name, Target target, List<Parameter> parameters) {
        boolean custom = published != null;
        String action = switch (verb) {
            case "read" -> "get";
            case "deletecollection" -> verb;
            default -> method;
        };
        String id = verb.equals("deletecollection") ? "Collection" + name : name;
        String idVerb = verb.equals("deletecollection") ? "delete" : verb;
        Added added = add(path, method, idVerb, id, action, description(path, verb, target), target, parameters);
        List<Response> responses = responses(action, target.schema());
        List<String> encodings = custom ? CUSTOM : ENCODINGS;
        switch (action) {
            case "patch" -> added.takes(META + "Patch", true, custom ? CUSTOM_PATCHES : PATCHES);
            case "post", "put" -> added.takes(target.schema(), true, custom ? CUSTOM : ANY);
            case "delete" -> added.takes(META + "DeleteOptions", false, custom ? CUSTOM : ANY);
            case "deletecollection" -> {
                if (!custom) {
                    added.takes(META + "DeleteOptions", false, ANY);
                }
            }
            default -> {}
        }
        added.answers(encodings, responses);
    }

    private String description(String path, String verb, Target target) {
        String last = path.substring(path.lastIndexOf('/') + 1);
        boolean part = path.contains("{name}/");
        String kind = part ? type.kind() : target.kind();
        String of = part ? last + " of " : "";
        return switch (verb) {
            case "read", "replace" -> verb + " " + of + "the specified " + kind;
            case "patch" -> "partially update " + of + "the specified " + kind;
            case "deletecollection" -> "delete collection of " + kind;
            default -> verb + " " + of + article(kind) + kind;
        };
    }

    private static String article(String kind) {
        if (kind.endsWith("s") && !kind.endsWith("ss")) {
            return "";
        }
        return "AEIOU".indexOf(Character.toUpperCase(kind.charAt(0))) >= 0 ? "an " : "a ";
    }

    private List<Response> responses(String action, String schema) {
        List<Response> responses = new ArrayList<>(4);
        String answer = switch (action) {
            case "deletecollection" -> STATUS;
            case "delete" -> deletionShowsObject() ? schema : STATUS;
            default -> schema;
        };
        responses.add(new Response(200, "OK", answer));
        if (action.equals("post") || action.equals("put") || action.equals("patch") && published == null) {
            responses.add(new Response(201, "Created", answer));
        }
        if (action.equals("post") || action.equals("delete")) {
            responses.add(new Response(202, "Accepted", answer));
        }
        responses.add(UNAUTHORIZED);
        return responses;
    }

    private boolean deletionShowsObject() {
        return type.group().equals("resource.k8s.io")
                || DELETION_SHOWS_OBJECT.contains(type.group() + "/" + type.plural());
    }

    private static List<Response> ok(String schema) {
        return List.of(new Response(200, "OK", schema), UNAUTHORIZED);
    }

    /** @param schema the name of the type of the objects; empty when there is none */
    private record Target(String group, String version, String kind, String schema) {
        MapValue groupVersionKind() {
            return Schemas.kind(group, version, kind);
        }
    }

    /** Subresources of custom resources go by the kind of the resource. */
    private Target target(Subresource part) {
        String apiVersion = part.group().isEmpty() ? part.version() : part.group() + "/" + part.version();
        if (published != null) {
            boolean same = apiVersion.equals(type.apiVersion()) && part.kind().equals(type.kind());
            String schema = same ? published.name() : struct(apiVersion, part.kind());
            return new Target(type.group(), type.version(), type.kind(), schema);
        }
        return new Target(part.group(), part.version(), part.kind(), struct(apiVersion, part.kind()));
    }

    private String schema(boolean list) {
        if (published != null) {
            return list ? published.listName() : published.name();
        }
        return struct(type.apiVersion(), list ? type.listKind() : type.kind());
    }

    private String struct(String apiVersion, String kind) {
        Struct struct = catalog.kind(apiVersion, kind);
        return struct == null ? "" : struct.name();
    }

    /** An operation that is not complete yet. */
    private final class Added {
        private final Operation draft;
        private @Nullable Body body;
        private List<String> consumes = published == null ? ANY : CUSTOM;

        Added(Operation draft) {
            this.draft = draft;
        }

        void takes(String schema, boolean required, List<String> types) {
            body = schema.isEmpty() ? null : new Body(schema, required);
            consumes = types;
        }

        void answers(List<String> produces, List<Response> responses) {
            all.add(new Operation(
                    draft.path(),
                    draft.method(),
                    draft.id(),
                    draft.action(),
                    draft.description(),
                    draft.tag(),
                    draft.kind(),
                    draft.parameters(),
                    body,
                    consumes,
                    produces,
                    responses));
        }
    }

    private Added add(
            String path,
            String method,
            String verb,
            String name,
            String action,
            String description,
            Target target,
            List<Parameter> parameters) {
        OperationName names = OperationName.of(root + path);
        return new Added(new Operation(
                root + path,
                method,
                names.id(verb, name),
                action,
                description,
                names.tag(),
                target.groupVersionKind(),
                parameters,
                null,
                ANY,
                ANY,
                List.of()));
    }

    private static String capitalized(String word) {
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }
}
