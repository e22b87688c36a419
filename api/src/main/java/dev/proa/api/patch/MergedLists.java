package dev.proa.api.patch;

import dev.proa.api.codec.GoText;
import dev.proa.api.schema.Schema;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Merges and orders lists for strategic merge patches. {@code key} is the merge key, empty for lists of scalars. */
final class MergedLists {
    private MergedLists() {}

    /** Merges {@code patch} into {@code original}, or removes its items. */
    static ListValue merge(ListValue original, ListValue patch, String key, Schema item, boolean deletion) {
        if (original.isEmpty() && patch.isEmpty()) {
            return original;
        }
        Object first = original.isEmpty() ? patch.getFirst() : original.getFirst();
        checkSameTypes(original, patch, first);
        if (first instanceof MapValue) {
            if (key.isEmpty()) {
                throw PatchException.malformed("cannot merge lists without merge key for struct");
            }
            return mergeObjects(original, patch, key, item);
        }
        if (deletion) {
            List<@Nullable Object> rest = new ArrayList<>(original);
            rest.removeAll(new HashSet<>(patch));
            return ListValue.copyOf(rest);
        }
        Set<@Nullable Object> all = new LinkedHashSet<>(original);
        all.addAll(patch);
        return ordered(ListValue.copyOf(all), patch, original, "");
    }

    private static void checkSameTypes(ListValue original, ListValue patch, @Nullable Object first) {
        if (first instanceof ListValue) {
            throw PatchException.unfit("lists of lists are not supported");
        }
        for (ListValue list : List.of(original, patch)) {
            for (Object item : list) {
                if (!GoNames.type(item).equals(GoNames.type(first))) {
                    throw PatchException.malformed("list element types are not identical: " + GoText.printed(patch));
                }
            }
        }
    }

    private static ListValue mergeObjects(ListValue original, ListValue patch, String key, Schema item) {
        List<MapValue> base = objects(original);
        List<MapValue> plain = new ArrayList<>();
        Set<@Nullable Object> deleted = new HashSet<>();
        boolean replace = false;
        for (MapValue change : objects(patch)) {
            if (!change.has(StrategicMergePatch.DIRECTIVE)) {
                plain.add(change);
                continue;
            }
            Object directive = change.get(StrategicMergePatch.DIRECTIVE);
            if ("delete".equals(directive)) {
                deleted.add(keyOf(change, key));
            } else if ("replace".equals(directive)) {
                replace = true;
            } else if ("merge".equals(directive)) {
                throw PatchException.malformed("merging lists cannot yet be specified in the patch");
            } else {
                throw PatchException.malformed(
                        "unknown patch type: " + directive + " in map: " + GoText.printed(change));
            }
        }
        if (replace) {
            return ListValue.copyOf(
                    plain.stream().map(JsonMergePatch::withoutNulls).toList());
        }
        if (!deleted.isEmpty()) {
            base.removeIf(other -> other.has(key) && deleted.contains(other.get(key)));
        }
        List<@Nullable Object> merged = new ArrayList<>(base);
        Positions positions = new Positions(merged, key);
        for (MapValue change : plain) {
            int at = positions.ofKey(keyOf(change, key));
            if (at < 0) {
                positions.add(change, merged.size());
                merged.add(StrategicMergePatch.kept(change));
            } else if (merged.get(at) instanceof MapValue found) {
                merged.set(at, StrategicMergePatch.merge(found, change, item));
            }
        }
        return ordered(ListValue.copyOf(merged), ListValue.copyOf(plain), ListValue.copyOf(base), key);
    }

    private static List<MapValue> objects(ListValue list) {
        List<MapValue> objects = new ArrayList<>(list.size());
        for (Object item : list) {
            if (item instanceof MapValue map) {
                objects.add(map);
            }
        }
        return objects;
    }

    private static @Nullable Object keyOf(MapValue object, String key) {
        if (!object.has(key)) {
            throw PatchException.malformed(
                    "map: " + GoText.printed(object) + " does not contain declared merge key: " + key);
        }
        return object.get(key);
    }

    /**
     * An index of a list's items by key, or by value; the first of equal ones counts. Lists of a patch can be very
     * long.
     */
    private static final class Positions {
        private final String key;
        private final Map<@Nullable Object, Integer> byKey = new HashMap<>();

        Positions(List<? extends @Nullable Object> list, String key) {
            this.key = key;
            for (int i = 0; i < list.size(); i++) {
                add(list.get(i), i);
            }
        }

        void add(@Nullable Object item, int position) {
            if (key.isEmpty()) {
                byKey.putIfAbsent(item, position);
            } else if (item instanceof MapValue map && map.has(key)) {
                byKey.putIfAbsent(map.get(key), position);
            }
        }

        /** -1 when there is none. */
        int ofKey(@Nullable Object value) {
            return byKey.getOrDefault(value, -1);
        }

        /** The position of what {@code item} stands for; -1 when it is not there. */
        int of(@Nullable Object item) {
            return ofKey(!key.isEmpty() && item instanceof MapValue map ? map.get(key) : item);
        }
    }

    /**
     * Orders items as the patch demands. Other items keep their relative order and stay before the first item that
     * they were before.
     *
     * @param order the order of the patch
     * @param live the order before
     */
    static ListValue ordered(ListValue items, ListValue order, ListValue live, String key) {
        List<@Nullable Object> asked = new ArrayList<>();
        List<@Nullable Object> others = new ArrayList<>();
        Positions ordered = new Positions(order, key);
        Positions before = new Positions(live, key);
        for (Object item : items) {
            if (!key.isEmpty() && item instanceof MapValue map) {
                keyOf(map, key);
            }
            (ordered.of(item) < 0 ? others : asked).add(item);
        }
        asked.sort(Comparator.comparingInt(ordered::of));
        others.sort(Comparator.comparingInt(before::of));
        List<@Nullable Object> result = new ArrayList<>(items.size());
        int next = 0;
        for (Object item : asked) {
            int here = before.of(item);
            while (next < others.size() && isBefore(before.of(others.get(next)), here)) {
                result.add(others.get(next++));
            }
            result.add(item);
        }
        result.addAll(others.subList(next, others.size()));
        return ListValue.copyOf(result);
    }

    private static boolean isBefore(int there, int here) {
        return there >= 0 && there < here;
    }

    /** Every item of the patch must be in the asked order, and in that order. */
    static void validateOrder(ListValue patch, ListValue order, String key) {
        if (patch.isEmpty() || order.isEmpty()) {
            return;
        }
        int next = 0;
        for (Object item : patch) {
            if (item instanceof MapValue map && map.has(StrategicMergePatch.DIRECTIVE)) {
                continue;
            }
            while (next < order.size() && new Positions(List.of(nonNull(order.get(next))), key).of(item) < 0) {
                next++;
            }
            if (next >= order.size()) {
                throw PatchException.malformed("The order in patch list:\n" + GoText.printed(patch)
                        + "\n doesn't match $setElementOrder list:\n" + GoText.printed(order) + "\n");
            }
            next++;
        }
    }

    private static Object nonNull(@Nullable Object item) {
        return item == null ? MapValue.EMPTY : item;
    }
}
