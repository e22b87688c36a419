package dev.proa.server.cel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of the type {@code map}, or an object with fields, whose names are its keys. Immutable. */
public abstract class CelMap {
    /** Stands for the value of a key that is not there. */
    public static final Object ABSENT = new Object();

    /** The value of a key; {@link #ABSENT} when it is not there. */
    public abstract @Nullable Object find(@Nullable Object key);

    /** The keys, over which loops go. */
    public abstract List<?> keys();

    /** The number of keys, be they visible or not. */
    public int size() {
        return keys().size();
    }

    /** Whether another map has the same keys with equal values. */
    public boolean isEqual(CelMap other) {
        if (size() != other.size()) {
            return false;
        }
        for (Object key : keys()) {
            Object value = other.find(key);
            if (value == ABSENT || !Values.equal(find(key), value)) {
                return false;
            }
        }
        return true;
    }

    /** A map that an expression makes. Numbers that are the same are one key, whatever their types. */
    static final class Made extends CelMap {
        private final Map<@Nullable Object, @Nullable Object> values;

        Made(Map<?, ?> values) {
            this.values = LinkedHashMap.newLinkedHashMap(values.size());
            this.values.putAll(values);
        }

        /** The form of keys in the map given to the constructor. */
        static @Nullable Object key(@Nullable Object key) {
            return switch (key) {
                case UInt number when number.bits() >= 0 -> number.bits();
                case Double number
                when number == Math.rint(number) && Math.abs(number) < 0x1p63 -> (long) number.doubleValue();
                case null, default -> key;
            };
        }

        @Override
        public @Nullable Object find(@Nullable Object key) {
            Object normal = key(key);
            Object value = values.get(normal);
            return value != null || values.containsKey(normal) ? value : ABSENT;
        }

        @Override
        public List<?> keys() {
            return new ArrayList<>(values.keySet());
        }

        @Override
        public int size() {
            return values.size();
        }

        /** This map with one more key, which it must not have. */
        Made inserted(@Nullable Object key, @Nullable Object value) {
            if (find(key) != ABSENT) {
                throw new EvaluationException("insert failed: key " + Values.shown(key) + " already exists");
            }
            Made made = new Made(values);
            made.values.put(key(key), value);
            return made;
        }
    }
}
