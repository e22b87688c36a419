package dev.proa.api.typed;

import dev.proa.api.fieldpath.FieldSet;
import dev.proa.api.typed.MergeType.ListRule;
import dev.proa.api.typed.MergeType.MapRule;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Removes fields and items from an object. */
public final class Removal {
    private Removal() {}

    /** The object without the fields and items of a set. An object or a list of which nothing is left becomes null. */
    public static MapValue of(MergeType type, MapValue value, FieldSet removed) {
        if (removed.isEmpty()) {
            return value;
        }
        return remove(type, value, removed.fieldsV1()) instanceof MapValue map ? map : MapValue.EMPTY;
    }

    private static @Nullable Object remove(MergeType type, @Nullable Object value, MapValue removed) {
        return switch (type.form(value)) {
            case SCALAR -> value;
            case MAP -> value instanceof MapValue map ? fields(Objects.requireNonNull(type.map()), map, removed) : null;
            case LIST ->
                value instanceof ListValue list ? items(Objects.requireNonNull(type.list()), list, removed) : null;
        };
    }

    private static @Nullable Object fields(MapRule rule, MapValue map, MapValue removed) {
        if (map.isEmpty() || rule.atomic()) {
            return null;
        }
        MapValue left = map;
        for (int i = 0; i < map.size(); i++) {
            String name = map.nameAt(i);
            if (removed.get(FieldElements.of(name)) instanceof MapValue node) {
                left = FieldSet.isMember(node)
                        ? left.without(name)
                        : left.with(name, remove(rule.fieldOrAny(name), map.valueAt(i), node));
            }
        }
        return left.isEmpty() ? null : left;
    }

    private static @Nullable Object items(ListRule rule, ListValue list, MapValue removed) {
        if (list.isEmpty() || !rule.associative()) {
            return null;
        }
        List<@Nullable Object> left = new ArrayList<>(list.size());
        boolean changed = false;
        for (int i = 0; i < list.size(); i++) {
            String element = ListItems.elementOrNull(rule, list.get(i));
            Object item = list.get(i);
            if (element != null && removed.get(element) instanceof MapValue node) {
                changed = true;
                if (FieldSet.isMember(node)) {
                    continue;
                }
                item = remove(rule.item(), item, node);
            }
            left.add(item);
        }
        return !changed ? list : left.isEmpty() ? null : ListValue.copyOf(left);
    }
}
