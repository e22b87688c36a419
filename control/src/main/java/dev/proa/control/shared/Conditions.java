package dev.proa.control.shared;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/** Reads and changes lists of conditions, which have at most one of each type. */
public final class Conditions {
    private Conditions() {}

    /** The condition of {@code type}; null when there is none. */
    public static @Nullable MapValue get(ListValue conditions, String type) {
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals(type)) {
                return conditions.map(i);
            }
        }
        return null;
    }

    /** {@code conditions} with {@code condition} at the end, in place of the one of its type. */
    public static ListValue put(ListValue conditions, MapValue condition) {
        return remove(conditions, condition.string("type")).plus(condition);
    }

    public static ListValue remove(ListValue conditions, String type) {
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals(type)) {
                return conditions.without(i);
            }
        }
        return conditions;
    }
}
