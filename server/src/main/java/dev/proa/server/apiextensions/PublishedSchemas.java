package dev.proa.server.apiextensions;

import dev.proa.api.schema.Descriptions;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.openapi.PublishedKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The schemas of custom resources in OpenAPI documents: those of their definitions, with what every object of Kubernetes has. Texts are there,
 * so these are made from the definition, not from {@link StructuralSchema}.
 */
public final class PublishedSchemas {
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private static final String V3 = "#/components/schemas/";
    private static final String V2 = "#/definitions/";
    private static final String CONVENTIONS =
            "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md";
    private static final String METADATA = "Standard object's metadata. More info: " + CONVENTIONS + "#metadata";
    private static final String LIST_METADATA = "Standard list metadata. More info: " + CONVENTIONS + "#types-kinds";
    private static final ListValue INT_OR_STRING =
            ListValue.of(MapValue.of("type", "integer"), MapValue.of("type", "string"));

    /** A kind that every object of Kubernetes is like in the fields that all have. */
    private static final String ANY_KIND = "io.k8s.api.core.v1.ConfigMap";

    private final MapValue spec;
    private final MapValue version;
    private final boolean old;

    private PublishedSchemas(MapValue definition, String name, boolean old) {
        this.spec = definition.map("spec");
        this.version = version(spec.list("versions"), name);
        this.old = old;
    }

    /** Makes the schemas of a version when they are asked for. */
    public static PublishedKind.Source source(MapValue definition, String version) {
        return new PublishedKind.Source() {
            @Override
            public PublishedKind v3() {
                return PublishedSchemas.v3(definition, version);
            }

            @Override
            public PublishedKind v2() {
                return PublishedSchemas.v2(definition, version);
            }
        };
    }

    /** The schemas of a version in OpenAPI v3. */
    public static PublishedKind v3(MapValue definition, String version) {
        return new PublishedSchemas(definition, version, false).kind();
    }

    /** The schemas of a version in OpenAPI v2, which has no {@code anyOf} and the like, and nothing that may be null. */
    public static PublishedKind v2(MapValue definition, String version) {
        return new PublishedSchemas(definition, version, true).kind();
    }

    private static MapValue version(ListValue versions, String name) {
        for (int i = 0; i < versions.size(); i++) {
            if (versions.map(i).string("name").equals(name)) {
                return versions.map(i);
            }
        }
        throw new IllegalArgumentException("the definition has no version " + name);
    }

    private PublishedKind kind() {
        MapValue names = spec.map("names");
        return new PublishedKind(
                name(names.string("kind")),
                extended(object(), names.string("kind")),
                name(names.string("listKind")),
                extended(list(names), names.string("listKind")));
    }

    /** The group backwards, the version and the kind. */
    private String name(String kind) {
        List<String> parts = new ArrayList<>(List.of(spec.string("group").split("\\.", -1)));
        Collections.reverse(parts);
        return String.join(".", parts) + "." + version.string("name") + "." + kind;
    }

    private MapValue extended(MapValue schema, String kind) {
        MapValue ofKind = MapValue.of("group", spec.string("group"), "version", version.string("name"), "kind", kind);
        MapValue extended = schema.with("x-kubernetes-group-version-kind", ListValue.of(ofKind));
        List<MapValue> fields = new ArrayList<>();
        ListValue selectable = version.list("selectableFields");
        for (int i = 0; i < selectable.size(); i++) {
            String path = selectable.map(i).string("jsonPath");
            fields.add(MapValue.of("fieldPath", path.startsWith(".") ? path.substring(1) : path));
        }
        return fields.isEmpty() ? extended : extended.with("x-kubernetes-selectable-fields", ListValue.copyOf(fields));
    }

    private MapValue object() {
        MapValue schema = version.map("schema").map("openAPIV3Schema");
        if (old && schema.bool("x-kubernetes-preserve-unknown-fields")) {
            // With any property named, clients would take all others for unknown.
            return MapValue.of("type", "object");
        }
        MapValue shown = shown(schema);
        return shown.with(
                "properties",
                shown.map("properties")
                        .with("apiVersion", text(description("apiVersion")))
                        .with("kind", text(description("kind")))
                        .with("metadata", reference("ObjectMeta", METADATA)));
    }

    private MapValue list(MapValue names) {
        MapValue items = MapValue.of(
                "description",
                "List of " + names.string("plural") + ". More info: " + CONVENTIONS,
                "type",
                "array",
                "items",
                MapValue.of("$ref", (old ? V2 : V3) + name(names.string("kind"))));
        return MapValue.of(
                "description",
                names.string("listKind") + " is a list of " + names.string("kind"),
                "type",
                "object",
                "required",
                ListValue.of("items"),
                "properties",
                MapValue.of(
                        "apiVersion",
                        text(description("apiVersion")),
                        "kind",
                        text(description("kind")),
                        "metadata",
                        reference("ListMeta", LIST_METADATA),
                        "items",
                        items));
    }

    private String description(String field) {
        return Objects.requireNonNull(Texts.OF_FIELDS.get(field));
    }

    /** Kept apart, so that nothing is read before the first document is made. */
    private static final class Texts {
        static final Map<String, String> OF_FIELDS;

        static {
            Descriptions descriptions = Descriptions.load();
            OF_FIELDS = Map.of(
                    "apiVersion", descriptions.of(ANY_KIND, "apiVersion"), "kind", descriptions.of(ANY_KIND, "kind"));
        }
    }

    private static MapValue text(String description) {
        return MapValue.of("description", description, "type", "string");
    }

    private MapValue reference(String type, String description) {
        MapValue reference = MapValue.of("$ref", (old ? V2 : V3) + META + type);
        return old
                ? reference.with("description", description)
                : MapValue.of("allOf", ListValue.of(reference), "description", description);
    }

    /** A part of the schema, and what is below. */
    private MapValue shown(MapValue schema) {
        MapValue shown = old ? OldSchemas.converted(schema) : intOrString(schema);
        for (String name : new String[] {"items", "additionalProperties"}) {
            shown = shown.get(name) instanceof MapValue inner ? shown.with(name, shown(inner)) : shown;
        }
        MapValue properties = shown.map("properties");
        MapValue shownProperties =
                Edits.map(properties, i -> properties.valueAt(i) instanceof MapValue inner ? shown(inner) : Edits.GONE);
        shown = shownProperties == properties ? shown : shown.with("properties", shownProperties);
        return schema.bool("x-kubernetes-embedded-resource")
                        && !(old && schema.bool("x-kubernetes-preserve-unknown-fields"))
                ? embedded(shown)
                : shown;
    }

    private MapValue embedded(MapValue schema) {
        List<@Nullable Object> required = new ArrayList<>(schema.list("required"));
        for (String name : new String[] {"kind", "apiVersion"}) {
            if (!required.contains(name)) {
                required.add(name);
            }
        }
        String apiVersion = "apiVersion defines the versioned schema of this representation of an object. More info: "
                + CONVENTIONS + "#resources";
        String kind = "kind is a string value representing the type of this object. In CamelCase. More info: "
                + CONVENTIONS + "#types-kinds";
        return schema.with("required", ListValue.copyOf(required))
                .with(
                        "properties",
                        schema.map("properties")
                                .with("apiVersion", text(apiVersion))
                                .with("kind", text(kind))
                                .with("metadata", reference("ObjectMeta", METADATA)));
    }

    /** Says by the usual means what the extension says. */
    private static MapValue intOrString(MapValue schema) {
        if (!schema.bool("x-kubernetes-int-or-string")
                || schema.list("anyOf").equals(INT_OR_STRING)
                || !schema.list("allOf").isEmpty()
                        && schema.list("allOf").map(0).list("anyOf").equals(INT_OR_STRING)) {
            return schema;
        }
        if (schema.list("anyOf").isEmpty()) {
            return schema.with("anyOf", INT_OR_STRING);
        }
        List<@Nullable Object> all = new ArrayList<>(schema.list("allOf"));
        all.addFirst(MapValue.of("anyOf", INT_OR_STRING));
        return schema.with("allOf", ListValue.copyOf(all));
    }
}
