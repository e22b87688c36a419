package dev.proa.api.schema;

import dev.proa.api.schema.Schema.ListOf;
import dev.proa.api.schema.Schema.MapOf;
import dev.proa.api.schema.Schema.Scalar;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Normalizes an object of a built-in type as a round trip through Go's structs does: empty values are absent where Go
 * omits them, and present where it does not, such as {@code resources: {}} and {@code lastProbeTime: null}. What has
 * that shape already is returned as it is, not copied.
 *
 * <p>To be applied when defaults are set, since it makes absent things present. Names that the schema does not know
 * are kept.
 */
public final class GoShape {
    private GoShape() {}

    /** Normalizes an object. */
    public static MapValue of(MapValue object, Struct struct) {
        MapValue shaped = object;
        for (int i = 0; i < object.size(); i++) {
            String name = object.nameAt(i);
            Field field = struct.field(name);
            if (field == null) {
                continue;
            }
            Object value = object.valueAt(i);
            Object wanted = value == null ? null : value(value, field.type());
            boolean there = switch (field.presence()) {
                case POINTER -> wanted != null;
                case NULLABLE -> true;
                case OMITTED -> wanted != null && !isZero(wanted);
                case ALWAYS -> {
                    wanted = wanted == null ? zero(field) : wanted;
                    yield true;
                }
            };
            if (!there) {
                shaped = shaped.without(name);
            } else if (wanted != value) {
                shaped = shaped.with(name, wanted);
            }
        }
        for (Field field : struct.alwaysPresent()) {
            if (!shaped.has(field.name())) {
                shaped = shaped.with(field.name(), field.presence() == Field.Presence.ALWAYS ? zero(field) : null);
            }
        }
        return shaped;
    }

    private static @Nullable Object value(Object value, Schema type) {
        return switch (type) {
            case Struct struct -> value instanceof MapValue map ? of(map, struct) : value;
            case ListOf list -> value instanceof ListValue items ? list(items, list.item()) : value;
            case MapOf map -> value instanceof MapValue entries ? map(entries, map.item()) : value;
            case Scalar scalar -> value;
        };
    }

    private static ListValue list(ListValue items, Schema type) {
        if (type instanceof Scalar) {
            return items;
        }
        List<@Nullable Object> shaped = null;
        for (int i = 0; i < items.size(); i++) {
            Object item = items.get(i);
            Object wanted = item == null ? null : value(item, type);
            if (wanted != item && shaped == null) {
                shaped = new ArrayList<>(items);
            }
            if (shaped != null) {
                shaped.set(i, wanted);
            }
        }
        return shaped == null ? items : ListValue.copyOf(shaped);
    }

    private static MapValue map(MapValue entries, Schema type) {
        MapValue shaped = entries;
        if (!(type instanceof Scalar)) {
            for (int i = 0; i < entries.size(); i++) {
                Object value = entries.valueAt(i);
                Object wanted = value == null ? null : value(value, type);
                shaped = wanted == value ? shaped : shaped.with(entries.nameAt(i), wanted);
            }
        }
        return shaped;
    }

    /** Whether Go's {@code omitempty} omits a value. */
    static boolean isZero(Object value) {
        return switch (value) {
            case String text -> text.isEmpty();
            case Long number -> number == 0;
            case Double number -> number == 0;
            case Boolean bool -> !bool;
            case MapValue map -> map.isEmpty();
            case ListValue list -> list.isEmpty();
            default -> false;
        };
    }

    private static @Nullable Object zero(Field field) {
        return switch (field.type()) {
            case Struct struct -> of(MapValue.EMPTY, struct);
            case ListOf list -> null;
            case MapOf map -> null;
            case Scalar scalar ->
                switch (scalar) {
                    case STRING -> "";
                    case INT32, INT64, DOUBLE, INT_OR_STRING -> 0L;
                    case BOOL -> false;
                    case QUANTITY -> "0";
                    case BYTES, TIME, MICRO_TIME, ANY -> null;
                };
        };
    }
}
