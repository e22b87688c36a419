package dev.proa.api.typed;

import dev.proa.api.schema.Field;
import dev.proa.api.schema.Schema;
import dev.proa.api.schema.Schema.ListOf;
import dev.proa.api.schema.Schema.ListType;
import dev.proa.api.schema.Schema.MapOf;
import dev.proa.api.schema.Schema.Scalar;
import dev.proa.api.schema.Struct;
import dev.proa.api.typed.MergeType.Child;
import dev.proa.api.typed.MergeType.ListRule;
import dev.proa.api.typed.MergeType.MapRule;
import dev.proa.api.typed.MergeType.ScalarKind;
import java.util.HashMap;
import java.util.Map;

/** Makes merge types of structs. */
public final class StructTypes {
    private static final MergeType NUMERIC = MergeType.of(ScalarKind.NUMERIC);
    private static final MergeType STRING = MergeType.of(ScalarKind.STRING);
    private static final MergeType BOOLEAN = MergeType.of(ScalarKind.BOOLEAN);
    private static final MergeType ANY_SCALAR = MergeType.of(ScalarKind.ANY);

    /** An object whose fields OpenAPI does not tell. */
    private static final MergeType OBJECT = MergeType.of(new MapRule(false, Map::of, () -> MergeType.DEDUCED));

    private StructTypes() {}

    /** The merge type of a struct, which keeps it. */
    public static MergeType of(Struct struct) {
        return struct.derived(MergeType.class, StructTypes::make);
    }

    private static MergeType make(Struct struct) {
        return MergeType.of(
                new MapRule(struct.atomic(), () -> fields(struct), () -> struct.open() ? MergeType.DEDUCED : null));
    }

    private static Map<String, Child> fields(Struct struct) {
        Map<String, Child> fields = HashMap.newHashMap(struct.fields().size());
        for (Field field : struct.fields()) {
            MergeType type = of(field.type(), field.definition());
            type = field.atomic() ? type.withAtomicMap(true) : field.granular() ? type.withAtomicMap(false) : type;
            fields.put(field.name(), new Child(type, field.defaultValue()));
        }
        return fields;
    }

    private static MergeType of(Schema schema, String definition) {
        return switch (schema) {
            case Struct struct -> of(struct);
            case ListOf list ->
                MergeType.of(
                        new ListRule(list.listType() != ListType.ATOMIC, list.keys(), lazily(list.item(), definition)));
            case MapOf map -> MergeType.of(new MapRule(map.atomic(), Map::of, lazily(map.item(), definition)::get));
            case Scalar scalar -> of(scalar, definition);
        };
    }

    private static java.util.function.Supplier<MergeType> lazily(Schema schema, String definition) {
        return () -> of(schema, definition);
    }

    private static MergeType of(Scalar scalar, String definition) {
        return switch (scalar) {
            case STRING, BYTES -> STRING;
            case INT32, INT64, DOUBLE -> NUMERIC;
            case BOOL -> BOOLEAN;
            case TIME, MICRO_TIME, QUANTITY, INT_OR_STRING -> ANY_SCALAR;
            case ANY ->
                definition.endsWith(".RawExtension")
                        ? MergeType.ATOMIC
                        : definition.endsWith(".FieldsV1") || definition.endsWith(".CustomResourceSubresourceStatus")
                                ? OBJECT
                                : MergeType.DEDUCED;
        };
    }
}
