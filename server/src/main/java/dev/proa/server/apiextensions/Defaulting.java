package dev.proa.server.apiextensions;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/** Sets the defaults of schemas, and removes nulls that stand for nothing. What needs no change is shared, not copied. */
public final class Defaulting {
    private Defaulting() {}

    /**
     * An object with the defaults of its schema. A field that is absent gets its default, and so does one that is null but not nullable;
     * what is within an absent field gets none.
     */
    public static MapValue object(MapValue object, StructuralSchema schema) {
        return map(object, schema);
    }

    /** An object without nulls where the schema allows none and has no default. To be applied before defaults are. */
    public static MapValue withoutNulls(MapValue object, StructuralSchema schema) {
        return withoutNullsIn(object, schema);
    }

    private static @Nullable Object value(@Nullable Object value, @Nullable StructuralSchema schema) {
        if (schema == null || !schema.hasDefaults()) {
            return value;
        }
        return switch (value) {
            case MapValue map -> map(map, schema);
            case ListValue list -> {
                StructuralSchema items = schema.items();
                yield items == null ? list : Edits.list(list, i -> value(orDefault(list.get(i), items), items));
            }
            case null, default -> value;
        };
    }

    private static @Nullable Object orDefault(@Nullable Object value, StructuralSchema schema) {
        return value == null && !schema.nullable() ? schema.defaultValue() : value;
    }

    private static MapValue map(MapValue map, StructuralSchema schema) {
        MapValue.Builder builder = null;
        for (String name : schema.propertyNames()) {
            StructuralSchema property = schema.property(name);
            if (property == null || property.defaultValue() == null) {
                continue;
            }
            if (!map.has(name) || map.get(name) == null && !property.nullable()) {
                builder = builder == null ? map.toBuilder() : builder;
                builder.put(name, property.defaultValue());
            }
        }
        MapValue complete = builder == null ? map : builder.build();
        return Edits.map(complete, i -> {
            Object value = complete.valueAt(i);
            StructuralSchema named = schema.property(complete.nameAt(i));
            StructuralSchema additional = schema.additionalProperties();
            return named != null
                    ? value(value, named)
                    : additional == null ? value : value(orDefault(value, additional), additional);
        });
    }

    private static MapValue withoutNullsIn(MapValue map, @Nullable StructuralSchema schema) {
        return Edits.map(map, i -> {
            Object value = map.valueAt(i);
            StructuralSchema field = schema == null ? null : schema.field(map.nameAt(i));
            return value == null && field != null && !field.nullable() && field.defaultValue() == null
                    ? Edits.GONE
                    : withoutNullsIn(value, field);
        });
    }

    private static @Nullable Object withoutNullsIn(@Nullable Object value, @Nullable StructuralSchema schema) {
        StructuralSchema items = schema == null ? null : schema.items();
        return switch (value) {
            case MapValue map -> withoutNullsIn(map, schema);
            case ListValue list -> Edits.list(list, i -> withoutNullsIn(list.get(i), items));
            case null, default -> value;
        };
    }
}
