package dev.proa.api.typed;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Values as walks over objects see them. */
final class Values {
    /** Stands for a value that is not there, unlike one that is null. */
    static final Object ABSENT = new Object();

    private Values() {}

    static @Nullable MapValue map(@Nullable Object value) {
        return value instanceof MapValue map ? map : null;
    }

    static @Nullable ListValue list(@Nullable Object value) {
        return value instanceof ListValue list ? list : null;
    }

    static boolean isEmpty(@Nullable Object value) {
        return !(value instanceof MapValue map && !map.isEmpty() || value instanceof ListValue list && !list.isEmpty());
    }

    /** Whether two values are the same, numbers by what they are worth. */
    static boolean same(@Nullable Object a, @Nullable Object b) {
        if (a == b) {
            return true;
        }
        return switch (a) {
            case MapValue map -> b instanceof MapValue other && same(map, other);
            case ListValue list -> b instanceof ListValue other && same(list, other);
            case Number number ->
                b instanceof Number other
                        && (number.equals(other)
                                || number.doubleValue() == other.doubleValue()
                                        && !(number instanceof Long && other instanceof Long));
            case null, default -> Objects.equals(a, b);
        };
    }

    private static boolean same(MapValue a, MapValue b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!a.nameAt(i).equals(b.nameAt(i)) || !same(a.valueAt(i), b.valueAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean same(ListValue a, ListValue b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!same(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }
}
