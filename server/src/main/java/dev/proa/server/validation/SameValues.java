package dev.proa.server.validation;

import dev.proa.api.schema.Field;
import dev.proa.api.schema.Schema;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/**
 * Compares values as Go compares its structs: an empty list, map or string equals an absent one, and an empty object
 * does so where the Go field is no pointer. {@link Values#same} does not know which fields are pointers.
 */
public final class SameValues {
    private SameValues() {}

    public static boolean same(@Nullable Object a, @Nullable Object b, Schema type) {
        if (a == b) {
            return true;
        }
        return switch (type) {
            case Struct struct -> struct(map(a), map(b), struct);
            case Schema.ListOf list -> list(list(a), list(b), list.item());
            case Schema.MapOf map -> entries(map(a), map(b), map.item());
            case Schema.Scalar scalar -> Values.same(a, b);
        };
    }

    private static MapValue map(@Nullable Object value) {
        return value instanceof MapValue map ? map : MapValue.EMPTY;
    }

    private static ListValue list(@Nullable Object value) {
        return value instanceof ListValue list ? list : ListValue.EMPTY;
    }

    private static boolean struct(MapValue a, MapValue b, Struct type) {
        for (Field field : type.fields()) {
            Object x = a.get(field.name());
            Object y = b.get(field.name());
            boolean pointer = field.presence() == Field.Presence.POINTER
                    && !(field.type() instanceof Schema.ListOf)
                    && !(field.type() instanceof Schema.MapOf);
            if (pointer && (x == null) != (y == null) || !same(x, y, field.type())) {
                return false;
            }
        }
        return true;
    }

    private static boolean list(ListValue a, ListValue b, Schema item) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!same(a.get(i), b.get(i), item)) {
                return false;
            }
        }
        return true;
    }

    private static boolean entries(MapValue a, MapValue b, Schema item) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            String key = a.nameAt(i);
            if (!b.has(key) || !same(a.valueAt(i), b.get(key), item)) {
                return false;
            }
        }
        return true;
    }
}
