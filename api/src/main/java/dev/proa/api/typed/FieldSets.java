package dev.proa.api.typed;

import dev.proa.api.fieldpath.FieldSet;
import dev.proa.api.typed.MergeType.ListRule;
import dev.proa.api.typed.MergeType.MapRule;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects the fields that an object has. */
public final class FieldSets {
    private FieldSets() {}

    /** The fields that somebody who applies {@code value} owns: its leaves, the items of lists and the entries of maps. */
    public static FieldSet of(MergeType type, @Nullable Object value) {
        return FieldSet.of(node(type, value));
    }

    /** The node of a value; null when nothing of it is in the set. */
    private static @Nullable MapValue node(MergeType type, @Nullable Object value) {
        switch (type.form(value)) {
            case MAP -> {
                MapRule rule = java.util.Objects.requireNonNull(type.map());
                MapValue map = Values.map(value);
                return rule.atomic() ? MapValue.EMPTY : map == null ? null : fields(rule, map);
            }
            case LIST -> {
                ListRule rule = java.util.Objects.requireNonNull(type.list());
                ListValue list = Values.list(value);
                return !rule.associative() ? MapValue.EMPTY : list == null ? null : items(rule, list);
            }
            default -> {
                return MapValue.EMPTY;
            }
        }
    }

    private static @Nullable MapValue fields(MapRule rule, MapValue map) {
        MapValue.Builder builder = MapValue.builder(map.size());
        boolean any = false;
        for (int i = 0; i < map.size(); i++) {
            String name = map.nameAt(i);
            Object value = map.valueAt(i);
            MapValue node = node(rule.fieldOrAny(name), value);
            if (value == null || value instanceof MapValue entries && entries.isEmpty() || !rule.declares(name)) {
                node = node == null ? MapValue.EMPTY : FieldSet.asMember(node);
            }
            if (node != null) {
                builder.put(FieldElements.of(name), node);
                any = true;
            }
        }
        return any ? builder.build() : null;
    }

    private static @Nullable MapValue items(ListRule rule, ListValue list) {
        Map<String, MapValue> nodes = new HashMap<>();
        MapValue.Builder builder = MapValue.builder(list.size());
        for (int i = 0; i < list.size(); i++) {
            String element = ListItems.elementOrNull(rule, list.get(i));
            if (element != null) {
                MapValue node = nodes.containsKey(element) ? MapValue.EMPTY : node(rule.item(), list.get(i));
                nodes.put(element, node == null ? MapValue.EMPTY : FieldSet.asMember(node));
            }
        }
        nodes.forEach(builder::put);
        return nodes.isEmpty() ? null : builder.build();
    }

    /**
     * The fields of a value that was not there before: as {@link #of}, and every object and list in it.
     *
     * @return a node that is in the set itself
     */
    static MapValue whole(MergeType type, @Nullable Object value) {
        if (Values.isEmpty(value)) {
            return MapValue.EMPTY;
        }
        MapRule map = type.map();
        if (value instanceof MapValue object && map != null && !map.atomic()) {
            MapValue.Builder builder = MapValue.builder(object.size() + 1).put(FieldSet.SELF, MapValue.EMPTY);
            for (int i = 0; i < object.size(); i++) {
                builder.put(
                        FieldElements.of(object.nameAt(i)), whole(map.fieldOrAny(object.nameAt(i)), object.valueAt(i)));
            }
            return builder.build();
        }
        ListRule list = type.list();
        if (value instanceof ListValue items && list != null && list.associative()) {
            Map<String, MapValue> nodes = new HashMap<>();
            for (int i = 0; i < items.size(); i++) {
                String element = ListItems.elementOrNull(list, items.get(i));
                if (element != null) {
                    nodes.put(element, nodes.containsKey(element) ? MapValue.EMPTY : whole(list.item(), items.get(i)));
                }
            }
            MapValue.Builder builder = MapValue.builder(items.size() + 1);
            nodes.forEach(builder::put);
            return nodes.isEmpty()
                    ? MapValue.EMPTY
                    : builder.put(FieldSet.SELF, MapValue.EMPTY).build();
        }
        return MapValue.EMPTY;
    }
}
