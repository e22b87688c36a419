package dev.proa.api.patch;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON merge patch (RFC 7386): objects are merged, null removes a field, other values replace it. As in Kubernetes,
 * nulls within the objects of a list are removed as well, so that none is stored.
 */
public final class JsonMergePatch {
    private JsonMergePatch() {}

    /** Applies {@code patch} to {@code target}.  @throws PatchException when the patch is not an object */
    public static MapValue apply(MapValue target, @Nullable Object patch) {
        if (!(patch instanceof MapValue changes)) {
            throw PatchException.malformed("error decoding patch: json: cannot unmarshal " + GoNames.jsonType(patch)
                    + " into Go value of type map[string]interface {}");
        }
        return merge(target, changes);
    }

    private static MapValue merge(MapValue target, MapValue patch) {
        Map<String, @Nullable Object> merged = new HashMap<>(target.asMap());
        for (int i = 0; i < patch.size(); i++) {
            String name = patch.nameAt(i);
            Object change = patch.valueAt(i);
            if (change == null) {
                merged.remove(name);
            } else if (merged.get(name) instanceof MapValue inner && change instanceof MapValue changes) {
                merged.put(name, merge(inner, changes));
            } else {
                merged.put(name, withoutNulls(change));
            }
        }
        return MapValue.copyOf(merged);
    }

    /** Removes null fields from a value's objects. */
    static @Nullable Object withoutNulls(@Nullable Object value) {
        return switch (value) {
            case MapValue map -> withoutNulls(map);
            case ListValue list -> {
                List<@Nullable Object> items = new ArrayList<>(list.size());
                boolean same = true;
                for (Object item : list) {
                    Object kept = withoutNulls(item);
                    same &= kept == item;
                    items.add(kept);
                }
                yield same ? list : ListValue.copyOf(items);
            }
            case null, default -> value;
        };
    }

    private static MapValue withoutNulls(MapValue map) {
        boolean same = true;
        MapValue.Builder kept = MapValue.builder(map.size());
        for (int i = 0; i < map.size(); i++) {
            Object value = withoutNulls(map.valueAt(i));
            same &= value != null && value == map.valueAt(i);
            kept.putIfPresent(map.nameAt(i), value);
        }
        return same ? map : kept.build();
    }
}
