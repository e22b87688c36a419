package dev.proa.server.validation;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Helpers for values. */
public final class Values {
    private Values() {}

    /** Whether two values are equal when absent, null and empty count as the same. */
    public static boolean same(@Nullable Object a, @Nullable Object b) {
        if (a == b) {
            return true;
        }
        if (isUnset(a) || isUnset(b)) {
            return isUnset(a) && isUnset(b);
        }
        if (a instanceof MapValue x && b instanceof MapValue y) {
            for (int i = 0; i < x.size(); i++) {
                if (!same(x.valueAt(i), y.get(x.nameAt(i)))) {
                    return false;
                }
            }
            for (int i = 0; i < y.size(); i++) {
                if (!isUnset(y.valueAt(i)) && !x.has(y.nameAt(i))) {
                    return false;
                }
            }
            return true;
        }
        if (a instanceof ListValue x && b instanceof ListValue y) {
            if (x.size() != y.size()) {
                return false;
            }
            for (int i = 0; i < x.size(); i++) {
                if (!same(x.get(i), y.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return a != null && a.equals(b);
    }

    /** Whether a value is absent, null, or an empty string, object or list. */
    public static boolean isUnset(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case String string -> string.isEmpty();
            case MapValue map -> map.isEmpty();
            case ListValue list -> list.isEmpty();
            default -> false;
        };
    }

    /** Applies a change to each object of a list; returns the same list when none changed. */
    public static ListValue each(ListValue list, UnaryOperator<MapValue> change) {
        ListValue result = list;
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) instanceof MapValue item) {
                result = result.with(i, change.apply(item));
            }
        }
        return result;
    }

    /** Applies a change to each object of the list {@code name}. */
    public static MapValue withEach(MapValue map, String name, UnaryOperator<MapValue> change) {
        ListValue list = map.list(name);
        return list.isEmpty() ? map : map.with(name, each(list, change));
    }

    /** Applies a change to the object {@code name}, if there is one. */
    public static MapValue withIfPresent(MapValue map, String name, UnaryOperator<MapValue> change) {
        return map.get(name) instanceof MapValue inner ? map.with(name, change.apply(inner)) : map;
    }

    /** {@code target} with {@code name} as it is in {@code source}: present, or absent. */
    public static MapValue keep(MapValue target, String name, MapValue source) {
        return source.has(name) ? target.with(name, source.get(name)) : target.without(name);
    }

    /** A value as a quantity; null when it is not one. */
    public static @Nullable Quantity quantity(@Nullable Object value) {
        try {
            return value instanceof String || value instanceof Long || value instanceof Double
                    ? Quantity.from(value)
                    : null;
        } catch (IllegalArgumentException e) {
            return null; // the check against the schema reports it
        }
    }
}
