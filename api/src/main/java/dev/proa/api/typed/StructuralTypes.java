package dev.proa.api.typed;

import dev.proa.api.schema.SchemaCatalog;
import dev.proa.api.schema.Struct;
import dev.proa.api.typed.MergeType.Child;
import dev.proa.api.typed.MergeType.ListRule;
import dev.proa.api.typed.MergeType.MapRule;
import dev.proa.api.typed.MergeType.ScalarKind;
import dev.proa.api.value.MapValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes merge types of the structural schemas of custom resources (OpenAPI v3 with {@code x-kubernetes-} extensions). */
public final class StructuralTypes {
    private static final String METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    private static final MergeType STRING = MergeType.of(ScalarKind.STRING);

    private StructuralTypes() {}

    /** The merge type of the objects of a custom resource, whose schema does not tell what every object has. */
    public static MergeType ofResource(MapValue schema) {
        return withEnvelope(of(schema, false));
    }

    /** The merge type of a part of a schema. */
    public static MergeType of(MapValue schema) {
        return of(schema, false);
    }

    private static MergeType of(MapValue schema, boolean unknownKept) {
        boolean kept = unknownKept || schema.bool("x-kubernetes-preserve-unknown-fields");
        MergeType type = switch (schema.string("type")) {
            case "object" -> MergeType.of(map(schema, kept));
            case "array" -> MergeType.of(list(schema, kept));
            case "integer", "number" -> MergeType.of(ScalarKind.NUMERIC);
            case "boolean" -> MergeType.of(ScalarKind.BOOLEAN);
            case "string" -> {
                String format = schema.string("format");
                yield MergeType.of(format.isEmpty() || format.equals("byte") ? ScalarKind.STRING : ScalarKind.ANY);
            }
            default -> new MergeType(ScalarKind.ANY, list(schema, kept), map(schema, kept));
        };
        return schema.bool("x-kubernetes-embedded-resource") ? withEnvelope(type) : type;
    }

    private static MapRule map(MapValue schema, boolean kept) {
        MapValue properties = schema.map("properties");
        return new MapRule(
                schema.string("x-kubernetes-map-type").equals("atomic"),
                () -> fields(properties, kept),
                others(schema, properties, kept)::type);
    }

    private static Map<String, Child> fields(MapValue properties, boolean kept) {
        Map<String, Child> fields = new HashMap<>();
        for (Map.Entry<String, @Nullable Object> property : properties) {
            if (property.getValue() instanceof MapValue schema) {
                fields.put(property.getKey(), new Child(of(schema, kept), schema.get("default")));
            }
        }
        return fields;
    }

    /** The type of what is not declared. */
    private record Others(@Nullable MergeType type) {}

    private static Others others(MapValue schema, MapValue properties, boolean kept) {
        return new Others(
                switch (schema.get("additionalProperties")) {
                    case null -> kept || properties.isEmpty() ? MergeType.DEDUCED : null;
                    case MapValue items -> of(items, kept);
                    case Boolean allowed when allowed -> MergeType.DEDUCED;
                    default -> null;
                });
    }

    private static ListRule list(MapValue schema, boolean kept) {
        List<String> keys = schema.string("x-kubernetes-list-type").equals("map")
                ? schema.list("x-kubernetes-list-map-keys").stream()
                        .map(String::valueOf)
                        .toList()
                : List.of();
        boolean associative = switch (schema.string("x-kubernetes-list-type")) {
            case "map", "set" -> true;
            default -> false;
        };
        MergeType item = schema.get("items") instanceof MapValue items ? of(items, kept) : MergeType.ATOMIC;
        return new ListRule(associative, keys, () -> item);
    }

    /** Adds what every object has. */
    private static MergeType withEnvelope(MergeType type) {
        MapRule map = type.map();
        if (map == null) {
            return type;
        }
        Struct metadata = Objects.requireNonNull(SchemaCatalog.builtin().struct(METADATA));
        return new MergeType(
                type.scalar(),
                type.list(),
                new MapRule(
                        map.atomic(),
                        () -> {
                            Map<String, Child> fields = new HashMap<>(map.children());
                            fields.put("apiVersion", new Child(STRING, null));
                            fields.put("kind", new Child(STRING, null));
                            fields.put("metadata", new Child(StructTypes.of(metadata), null));
                            return fields;
                        },
                        map::others));
    }
}
