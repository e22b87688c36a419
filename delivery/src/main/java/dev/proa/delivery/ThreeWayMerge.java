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
 * The three-way merge of {@code kubectl apply}: fields in the manifest are set, fields that were in the last applied
 * manifest and are no longer are removed, and fields that others have set are kept.
 */
final class ThreeWayMerge {
    private ThreeWayMerge() {}

    /**
     * @param live the current object
     * @param last the last applied manifest
     * @param wanted the manifest to apply
     * @param schema the type's schema, or null for unknown kinds, whose lists are replaced as a whole
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

    /**
     * The entries of {@code map} whose names are in {@code names}: where fields exclude each other, the defaults of the
     * old choice must go.
     */
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
