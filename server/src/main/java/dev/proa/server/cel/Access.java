package dev.proa.server.cel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fields, entries and items of values. */
final class Access {
    private Access() {}

    /** The value of a field; {@link CelMap#ABSENT} when it is not there. */
    static @Nullable Object find(@Nullable Object value, String field) {
        return switch (value) {
            case CelMap map -> map.find(field);
            case Optional optional -> optional.present() ? find(optional.value(), field) : CelMap.ABSENT;
            case null, default -> CelMap.ABSENT;
        };
    }

    static @Nullable Object select(@Nullable Object value, String field) {
        if (value instanceof Optional) {
            return optional(value, field);
        }
        Object found = find(value, field);
        if (found == CelMap.ABSENT) {
            throw noSuchKey(field);
        }
        return found;
    }

    private static EvaluationException noSuchKey(@Nullable Object key) {
        return new EvaluationException("no such key: " + Values.shown(key));
    }

    static @Nullable Object index(@Nullable Object value, @Nullable Object key) {
        switch (value) {
            case Optional optional -> {
                return optional(optional, key);
            }
            case List<?> list -> {
                long index = position(key);
                if (index < 0 || index >= list.size()) {
                    throw new EvaluationException("index out of bounds: " + index);
                }
                return list.get((int) index);
            }
            case CelMap map -> {
                Object found = map.find(key);
                if (found == CelMap.ABSENT) {
                    throw noSuchKey(key);
                }
                return found;
            }
            case null, default -> throw EvaluationException.noSuchOverload();
        }
    }

    private static long position(@Nullable Object key) {
        return switch (key) {
            case Long index -> index;
            case UInt index when index.bits() >= 0 -> index.bits();
            case Double index when index == Math.rint(index) && Math.abs(index) < 0x1p53 -> (long) index.doubleValue();
            case null, default ->
                throw new EvaluationException("unsupported index type '" + Values.typeName(key) + "' in list");
        };
    }

    /** An optional of what a key leads to. */
    static Optional optional(@Nullable Object value, @Nullable Object key) {
        if (value instanceof Optional optional) {
            return optional.present() ? optional(optional.value(), key) : Optional.NONE;
        }
        if (value instanceof List<?> list) {
            long index = position(key);
            return index < 0 || index >= list.size() ? Optional.NONE : Optional.of(list.get((int) index));
        }
        Object found = value instanceof CelMap map ? map.find(key) : CelMap.ABSENT;
        return found == CelMap.ABSENT ? Optional.NONE : Optional.of(found);
    }
}
