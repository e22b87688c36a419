package dev.proa.server.apiextensions;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Changes values of maps and lists in one pass; what does not change is shared, not copied. */
final class Edits {
    /** Stands for an entry that is to go. */
    static final Object GONE = new Object();

    private Edits() {}

    /** A map in which {@code value} tells the value of each entry by its index, or that it is {@link #GONE}. */
    static MapValue map(MapValue map, IntFunction<@Nullable Object> value) {
        MapValue.Builder changed = null;
        for (int i = 0; i < map.size(); i++) {
            Object wanted = value.apply(i);
            if (changed == null && wanted != map.valueAt(i)) {
                changed = MapValue.builder(map.size());
                for (int before = 0; before < i; before++) {
                    changed.put(map.nameAt(before), map.valueAt(before));
                }
            }
            if (changed != null && wanted != GONE) {
                changed.put(map.nameAt(i), wanted);
            }
        }
        return changed == null ? map : changed.build();
    }

    /** A list in which {@code value} tells each item by its index. */
    static ListValue list(ListValue list, IntFunction<@Nullable Object> value) {
        List<@Nullable Object> changed = null;
        for (int i = 0; i < list.size(); i++) {
            Object wanted = value.apply(i);
            if (changed == null && wanted != list.get(i)) {
                changed = new ArrayList<>(list);
            }
            if (changed != null) {
                changed.set(i, wanted);
            }
        }
        return changed == null ? list : ListValue.copyOf(changed);
    }
}
