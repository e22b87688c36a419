package dev.proa.delivery;

import dev.proa.api.schema.Field;
import dev.proa.api.schema.Schema;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an object is to become when a manifest is applied to it, as {@code kubectl apply} decides it: what the manifest says holds, what
 * the manifest said last time and says no more goes, and what others have set stays.
 */
final class ThreeWayMerge {
    private ThreeWayMerge() {}

    /**
     * @param live the object as it is
     * @param last the manifest as it was applied before
     * @param wanted the manifest
     * @param schema of the objects, or null for kinds that have none: lists are then replaced whole
     */
    static MapValue merge(MapValue live, MapValue last, MapValue wanted, @Nullable Struct schema) {
        MapValue result = live;
        for (var entry : wanted) {
            String name = entry.getKey();
            if (entry.getValue() == null) {
                result = result.without(name);
                continue;
            }
            Field field = schema == null ? null : schema.field(name);
            result = result.with(name, value(live.get(name), last.get(name), entry.getValue(), field));
        }
        for (var entry : last) {
            if (!wanted.has(entry.getKey())) {
                result = result.without(entry.getKey());
            }
        }
        return result;
    }

    private static @Nullable Object value(
            @Nullable Object live, @Nullable Object last, @Nullable Object wanted, @Nullable Field field) {
        if (live instanceof MapValue liveMap && wanted instanceof MapValue wantedMap) {
            if (field != null && field.patch().replace()) {
                return wantedMap;
            }
            MapValue lastMap = last instanceof MapValue map ? map : MapValue.EMPTY;
            if (field != null && field.patch().retainKeys()) {
                liveMap = only(liveMap, wantedMap);
            }
            return merge(
                    liveMap,
                    lastMap,
                    wantedMap,
                    field != null && field.type() instanceof Struct struct ? struct : null);
        }
        if (live instanceof ListValue liveList
                && wanted instanceof ListValue wantedList
                && field != null
                && field.patch().merge()) {
            ListValue lastList = last instanceof ListValue list ? list : ListValue.EMPTY;
            return field.patch().mergeKey().isEmpty()
                    ? primitives(liveList, lastList, wantedList)
                    : items(liveList, lastList, wantedList, field);
        }
        return wanted;
    }

    /** What of {@code map} has a name in {@code names}: where fields exclude each other, defaults of the old choice must go. */
    private static MapValue only(MapValue map, MapValue names) {
        MapValue result = map;
        for (var entry : map) {
            if (!names.has(entry.getKey())) {
                result = result.without(entry.getKey());
            }
        }
        return result;
    }

    private static ListValue primitives(ListValue live, ListValue last, ListValue wanted) {
        List<@Nullable Object> result = new ArrayList<>(wanted);
        for (Object item : live) {
            if (!result.contains(item) && !last.contains(item)) {
                result.add(item);
            }
        }
        return ListValue.copyOf(result);
    }

    private static ListValue items(ListValue live, ListValue last, ListValue wanted, Field field) {
        String key = field.patch().mergeKey();
        Struct struct = field.type() instanceof Schema.ListOf list && list.item() instanceof Struct item ? item : null;
        List<@Nullable Object> result = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            MapValue item = wanted.map(i);
            MapValue before = find(live, key, item);
            MapValue applied = find(last, key, item);
            result.add(before == null ? item : merge(before, applied == null ? MapValue.EMPTY : applied, item, struct));
        }
        for (int i = 0; i < live.size(); i++) {
            MapValue item = live.map(i);
            if (find(wanted, key, item) == null && find(last, key, item) == null) {
                result.add(item);
            }
        }
        return ListValue.copyOf(result);
    }

    private static @Nullable MapValue find(ListValue list, String key, MapValue like) {
        for (int i = 0; i < list.size(); i++) {
            MapValue item = list.map(i);
            Object value = item.get(key);
            if (value != null && value.equals(like.get(key))) {
                return item;
            }
        }
        return null;
    }
}
