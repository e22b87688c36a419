package dev.proa.server.apiextensions;

import dev.proa.api.schema.Schema.ListType;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value in an updated object together with the one that it was before, by which errors of unchanged values are dropped (KEP-4008). Fields
 * correspond by name, items of a list of type {@code map} by their keys, other items not at all. For one thread.
 */
public final class Correlation {
    private final @Nullable Object value;
    private final @Nullable Object old;
    private final StructuralSchema schema;
    private @Nullable Boolean same;
    private @Nullable Map<List<Object>, MapValue> oldByKey;

    Correlation(@Nullable Object value, @Nullable Object old, StructuralSchema schema) {
        this.value = value;
        this.old = old;
        this.schema = schema;
    }

    /** The updated value. */
    public @Nullable Object value() {
        return value;
    }

    /** The value before. */
    public @Nullable Object old() {
        return old;
    }

    /** The schema of both. */
    public StructuralSchema schema() {
        return schema;
    }

    /** A field of the value; null when it was not there before, or the schema does not know it. */
    public @Nullable Correlation field(String name) {
        StructuralSchema field = schema.field(name);
        return field != null
                        && value instanceof MapValue map
                        && old instanceof MapValue oldMap
                        && map.has(name)
                        && oldMap.has(name)
                ? new Correlation(map.get(name), oldMap.get(name), field)
                : null;
    }

    /** An item of the value; null when there was none with its keys before. */
    public @Nullable Correlation item(int index) {
        if (schema.items() == null || !(value instanceof ListValue list) || !(old instanceof ListValue)) {
            return null;
        }
        MapValue before = list.get(index) instanceof MapValue item ? oldItem(item) : null;
        return before == null ? null : new Correlation(list.get(index), before, schema.items());
    }

    private @Nullable MapValue oldItem(MapValue item) {
        if (!schema.type().equals("array")
                || schema.listType() != ListType.MAP
                || schema.listMapKeys().isEmpty()
                || !(old instanceof ListValue list)) {
            return null;
        }
        if (oldByKey == null) {
            oldByKey = new HashMap<>();
            for (Object before : list) {
                List<Object> keys = before instanceof MapValue map ? keys(map) : null;
                if (keys != null) {
                    oldByKey.putIfAbsent(keys, (MapValue) before);
                }
            }
        }
        List<Object> keys = keys(item);
        return keys == null ? null : oldByKey.get(keys);
    }

    /** The values of the keys of an item; null when one is absent or not a scalar. */
    private @Nullable List<Object> keys(MapValue item) {
        Object[] keys = new Object[schema.listMapKeys().size()];
        for (int i = 0; i < keys.length; i++) {
            Object key = item.get(schema.listMapKeys().get(i));
            if (key == null || key instanceof MapValue || key instanceof ListValue) {
                return null;
            }
            keys[i] = key;
        }
        return List.of(keys);
    }

    /** Whether the value is the same as before, apart from the order of lists of type {@code map}. */
    public boolean isUnchanged() {
        if (same == null) {
            same = compare();
        }
        return same;
    }

    private boolean compare() {
        if (value == old) {
            return true;
        }
        if (value instanceof MapValue map && old instanceof MapValue oldMap) {
            if (map.size() != oldMap.size()) {
                return false;
            }
            for (int i = 0; i < map.size(); i++) {
                Correlation field = field(map.nameAt(i));
                if (field == null || !field.isUnchanged()) {
                    return false;
                }
            }
            return true;
        }
        if (value instanceof ListValue list && old instanceof ListValue oldList) {
            return list.size() == oldList.size() && sameItems(list, oldList);
        }
        return value != null && value.equals(old);
    }

    private boolean sameItems(ListValue list, ListValue oldList) {
        if (schema.listType() != ListType.MAP) {
            return list.equals(oldList);
        }
        for (int i = 0; i < list.size(); i++) {
            Correlation item = item(i);
            if (item == null || !item.isUnchanged()) {
                return false;
            }
        }
        return true;
    }
}
