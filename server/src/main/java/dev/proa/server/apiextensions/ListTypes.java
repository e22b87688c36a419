package dev.proa.server.apiextensions;

import dev.proa.api.codec.Json;
import dev.proa.api.schema.Schema.ListType;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Validates that the items of sets, and the keys of lists of type {@code map}, are unique. */
final class ListTypes {
    private final List<FieldError> errors = new ArrayList<>(0);

    private ListTypes() {}

    static List<FieldError> errors(MapValue object, StructuralSchema schema) {
        ListTypes types = new ListTypes();
        types.map(object, schema, null);
        return types.errors;
    }

    private void value(@Nullable Object value, StructuralSchema schema, Path at) {
        switch (value) {
            case MapValue map -> map(map, schema, at);
            case ListValue list -> list(list, schema, at);
            case null, default -> {}
        }
    }

    private void map(MapValue map, StructuralSchema schema, @Nullable Path at) {
        StructuralSchema additional = schema.additionalProperties();
        for (int i = 0; i < map.size(); i++) {
            String name = map.nameAt(i);
            StructuralSchema property = schema.property(name);
            if (additional != null) {
                value(map.valueAt(i), additional, Paths.key(at, name));
            }
            if (property != null) {
                value(map.valueAt(i), property, Paths.child(at, name));
            }
        }
    }

    private void list(ListValue list, StructuralSchema schema, Path at) {
        if (schema.listType() == ListType.SET) {
            repeated(list.stream().map(ListTypes::identity).toList())
                    .forEach(i -> errors.add(FieldError.duplicate(at.index(i).toString(), list.get(i))));
        } else if (schema.listType() == ListType.MAP) {
            keys(list, schema.listMapKeys(), at);
        }
        StructuralSchema items = schema.items();
        for (int i = 0; items != null && i < list.size(); i++) {
            value(list.get(i), items, at.index(i));
        }
    }

    private void keys(ListValue list, List<String> names, Path at) {
        List<MapValue> keys = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            Object item = list.get(i);
            if (item != null && !(item instanceof MapValue)) {
                String field = at.index(i).toString();
                errors.add(FieldError.invalid(field, item, "must be an object for an array of list-type map"));
                return;
            }
            MapValue map = list.map(i);
            MapValue.Builder key = MapValue.builder(names.size());
            for (String name : names) {
                if (map.has(name)) {
                    key.put(name, map.get(name));
                }
            }
            keys.add(key.build());
        }
        String only = names.size() == 1 ? names.getFirst() : null;
        List<String> compared = keys.stream()
                .map(key -> only == null ? identity(key) : key.has(only) ? identity(key.get(only)) : "absent")
                .toList();
        repeated(compared)
                .forEach(i -> errors.add(FieldError.duplicate(at.index(i).toString(), keys.get(i))));
    }

    /** A text that is the same for values that count as one: a number and the same number as a decimal do so only within other values. */
    private static String identity(@Nullable Object value) {
        return (value instanceof Double ? "decimal " : "") + Json.toString(value);
    }

    /** The index of each value that is there for the second time. */
    private static List<Integer> repeated(List<String> values) {
        List<Integer> repeated = new ArrayList<>(0);
        Map<String, Integer> seen = HashMap.newHashMap(values.size());
        for (int i = 0; i < values.size() && values.size() > 1; i++) {
            if (seen.merge(values.get(i), 1, Integer::sum) == 2) {
                repeated.add(i);
            }
        }
        return repeated;
    }
}
