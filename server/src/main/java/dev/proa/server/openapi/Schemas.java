package dev.proa.server.openapi;

import dev.proa.api.schema.Descriptions;
import dev.proa.api.schema.Field;
import dev.proa.api.schema.Schema;
import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.MapValue.Builder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Collects the schemas of one document: those that are asked for, and all that they refer to. For one thread. */
final class Schemas {
    private static final String V3 = "#/components/schemas/";
    private static final String V2 = "#/definitions/";
    /** Begins what is told of values by an enumeration, which the older form has not. */
    private static final String VALUES = "\n\nPossible enum values:";

    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private static final String TIME = META + "Time";
    private static final String MICRO_TIME = META + "MicroTime";
    private static final String QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
    private static final String INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";

    private final SchemaCatalog catalog;
    private final Descriptions descriptions;
    private final ReferenceDescriptions references;
    private final boolean old;
    private final BiConsumer<String, MapValue> sink;
    private final Set<String> known = new HashSet<>();
    private final Deque<String> todo = new ArrayDeque<>();
    /** Whether the property at work is the items of a list kind. */
    private boolean isListOfObjects;

    /**
     * @param old whether the document has the form of OpenAPI 2.0, in which a reference may stand beside other things, and which has neither
     *     defaults nor enumerations
     * @param sink takes each schema and its name
     */
    Schemas(SchemaCatalog catalog, boolean old, BiConsumer<String, MapValue> sink) {
        this.catalog = catalog;
        this.old = old;
        this.sink = sink;
        this.references = ReferenceDescriptions.load();
        this.descriptions = Descriptions.load();
    }

    /** A reference to a type, whose schema will be there when {@link #finish} was called. */
    MapValue reference(String name) {
        if (known.add(name)) {
            todo.add(name);
        }
        return MapValue.of("$ref", (old ? V2 : V3) + name);
    }

    MapValue ofResponse(Operation.Response response) {
        return response.schema().equals("string") ? MapValue.of("type", "string") : reference(response.schema());
    }

    /** Adds the schemas of a kind, and what they refer to. */
    void add(PublishedKind kind) {
        known.add(kind.name());
        known.add(kind.listName());
        sink.accept(kind.name(), kind.schema());
        sink.accept(kind.listName(), kind.listSchema());
        refer(kind.schema());
        refer(kind.listSchema());
    }

    private void refer(@Nullable Object schema) {
        switch (schema) {
            case MapValue map -> {
                if (map.get("$ref") instanceof String reference) {
                    reference(reference.substring((old ? V2 : V3).length()));
                }
                map.asMap().values().forEach(this::refer);
            }
            case ListValue list -> list.forEach(this::refer);
            case null, default -> {}
        }
    }

    /** Adds all types that were referred to. */
    void finish() {
        for (String name = todo.poll(); name != null; name = todo.poll()) {
            Struct struct = catalog.struct(name);
            sink.accept(name, struct == null ? scalar(name) : struct(struct));
        }
    }

    private MapValue scalar(String name) {
        Builder schema = described(MapValue.builder(), descriptions.of(name));
        String is = catalog.scalars().getOrDefault(name, "any");
        switch (is) {
            case "date-time" -> schema.put("type", "string").put("format", is);
            case "int-or-string" -> {
                schema.put("format", is);
                if (old) {
                    schema.put("type", "string");
                } else {
                    schema.put("oneOf", ListValue.of(MapValue.of("type", "integer"), MapValue.of("type", "string")));
                }
            }
            case "object", "boolean" -> schema.put("type", is);
            case "string" -> {
                if (name.equals(QUANTITY) && !old) {
                    schema.put("oneOf", ListValue.of(MapValue.of("type", "string"), MapValue.of("type", "number")));
                } else {
                    schema.put("type", is);
                }
            }
            default -> {
                // Any value at all.
            }
        }
        return schema.build();
    }

    private MapValue struct(Struct struct) {
        List<String> required = new ArrayList<>();
        Builder properties = MapValue.builder();
        for (Field field : struct.fields()) {
            if (field.required()) {
                required.add(field.name());
            }
            properties.put(field.name(), property(struct, field));
        }
        required.sort(null);
        Builder schema =
                described(MapValue.builder(), descriptions.of(struct.name())).put("type", "object");
        MapValue all = properties.build();
        if (!all.isEmpty()) {
            schema.put("properties", all);
        }
        if (!required.isEmpty()) {
            schema.put("required", ListValue.copyOf(required));
        }
        if (struct.atomic()) {
            schema.put("x-kubernetes-map-type", "atomic");
        }
        if (!struct.kinds().isEmpty()) {
            schema.put(
                    "x-kubernetes-group-version-kind",
                    ListValue.copyOf(struct.kinds().stream().map(Schemas::kind).toList()));
        }
        return schema.build();
    }

    /** {@code apps/v1/Deployment} or {@code v1/Pod} in its parts. */
    private static MapValue kind(String kind) {
        String[] parts = kind.split("/");
        return kind(parts.length == 3 ? parts[0] : "", parts[parts.length - 2], parts[parts.length - 1]);
    }

    static MapValue kind(String group, String version, String kind) {
        return MapValue.of("group", group, "version", version, "kind", kind);
    }

    private MapValue property(Struct struct, Field field) {
        isListOfObjects = field.name().equals("items") && struct.name().endsWith("List");
        String recorded = references.of(struct.name(), field.name());
        Builder property = described(
                MapValue.builder(),
                recorded.isEmpty() ? descriptions.of(struct.name(), field.name()) : old ? bare(recorded) : recorded);
        write(property, field.type(), field.definition(), field);
        if (field.defaultValue() != null && !old) {
            property.put("default", field.defaultValue());
        }
        Field.Patch patch = field.patch();
        List<String> strategies = new ArrayList<>();
        if (patch.retainKeys()) {
            strategies.add("retainKeys");
        }
        if (patch.merge()) {
            strategies.add("merge");
        }
        if (patch.replace()) {
            strategies.add("replace");
        }
        if (!strategies.isEmpty()) {
            strategies.sort(null);
            property.put("x-kubernetes-patch-strategy", String.join(",", strategies));
        }
        if (!patch.mergeKey().isEmpty()) {
            property.put("x-kubernetes-patch-merge-key", patch.mergeKey());
        }
        return plainReference(property.build());
    }

    private static String bare(String description) {
        int values = description.indexOf(VALUES);
        return values < 0 ? description : description.substring(0, values);
    }

    /** A type without anything beside it is referred to directly. */
    private MapValue plainReference(MapValue schema) {
        return schema.size() == 1 && schema.get("allOf") instanceof ListValue all ? all.map(0) : schema;
    }

    private void write(Builder into, Schema type, String definition, @Nullable Field field) {
        switch (type) {
            case Struct struct -> {
                refer(into, struct.name());
                if (field != null && field.atomic() && !struct.atomic()) {
                    into.put("x-kubernetes-map-type", "atomic");
                }
            }
            case Schema.ListOf list -> {
                into.put("type", "array").put("items", items(list.item(), definition, field));
                switch (list.listType()) {
                    case SET -> into.put("x-kubernetes-list-type", "set");
                    case MAP ->
                        into.put("x-kubernetes-list-type", "map")
                                .put("x-kubernetes-list-map-keys", ListValue.copyOf(list.keys()));
                    case ATOMIC -> {
                        // Whole lists of objects are no field that anybody applies, nor are lists within maps.
                        if (field != null && !isListOfObjects) {
                            into.put("x-kubernetes-list-type", "atomic");
                        }
                    }
                }
            }
            case Schema.MapOf map -> {
                Field ofItem = map.item() instanceof Schema.ListOf ? null : field;
                into.put("type", "object").put("additionalProperties", items(map.item(), definition, ofItem));
                if (map.atomic()) {
                    into.put("x-kubernetes-map-type", "atomic");
                }
            }
            case Schema.Scalar scalar -> scalar(into, scalar, definition, field);
        }
    }

    /** The type of the items of a list or map, with the default that Go's zero value gives them. */
    private MapValue items(Schema item, String definition, @Nullable Field field) {
        Builder items = MapValue.builder();
        write(items, item, definition, field);
        if (old) {
            return items.build();
        }
        switch (item) {
            case Struct unused -> items.put("default", MapValue.EMPTY);
            case Schema.Scalar scalar -> {
                switch (scalar) {
                    case STRING -> items.put("default", "");
                    case INT32, INT64, DOUBLE -> items.put("default", 0L);
                    case BOOL -> items.put("default", false);
                    default -> {}
                }
            }
            default -> {}
        }
        return plainReference(items.build());
    }

    private void scalar(Builder into, Schema.Scalar scalar, String definition, @Nullable Field field) {
        switch (scalar) {
            case STRING -> into.put("type", "string");
            case INT32 -> into.put("type", "integer").put("format", "int32");
            case INT64 -> into.put("type", "integer").put("format", "int64");
            case DOUBLE -> into.put("type", "number").put("format", "double");
            case BOOL -> into.put("type", "boolean");
            case BYTES -> into.put("type", "string").put("format", "byte");
            case TIME -> refer(into, TIME);
            case MICRO_TIME -> refer(into, MICRO_TIME);
            case QUANTITY -> refer(into, QUANTITY);
            case INT_OR_STRING -> refer(into, INT_OR_STRING);
            case ANY -> {
                if (!definition.isEmpty()) {
                    refer(into, definition);
                }
            }
        }
        if (field != null && !field.enumeration().isEmpty() && !old) {
            into.put("enum", ListValue.copyOf(field.enumeration()));
        }
    }

    /** Refers to a type beside which other things may be said. */
    private void refer(Builder into, String name) {
        MapValue reference = reference(name);
        if (old) {
            into.put("$ref", reference.get("$ref"));
        } else {
            into.put("allOf", ListValue.of(reference));
        }
    }

    private static Builder described(Builder builder, String description) {
        return description.isEmpty() ? builder : builder.put("description", description);
    }
}
