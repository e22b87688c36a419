package dev.proa.server.cel;

import dev.proa.api.codec.GoText;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import dev.proa.api.value.Quantity;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values of the language as Java has them: null, {@code Boolean}, {@code Long}, {@link UInt}, {@code Double}, {@code String},
 * {@link Bytes}, {@code Instant}, {@code Duration}, {@code List}, {@link CelMap}, {@link Optional}, {@link CelType} and {@link Opaque}.
 */
public final class Values {
    private Values() {}

    /** A value of JSON; nothing is copied. */
    public static @Nullable Object of(@Nullable Object json) {
        return switch (json) {
            case MapValue map -> new JsonMap(map);
            case ListValue list -> new JsonList(list);
            case Numeral number -> number.plain();
            case Integer number -> number.longValue();
            case null, default -> json;
        };
    }

    /** A value of the type {@code bytes}. */
    public static Object bytes(byte[] bytes) {
        return new Bytes(bytes.clone());
    }

    /**
     * The timestamp that a text in the form of RFC 3339 means.
     *
     * @throws EvaluationException when it has not that form
     */
    public static Instant timestamp(String text) {
        return Times.timestamp(text);
    }

    /**
     * The duration that a text means, such as {@code 1h30m}.
     *
     * @throws EvaluationException when it is none
     */
    public static Duration duration(String text) {
        return Times.duration(text);
    }

    /** A value of the type {@code kubernetes.Quantity}. */
    public static Object quantity(Quantity amount) {
        return new Quantities.Amount(amount);
    }

    /**
     * The semantic version that a text means.
     *
     * @throws EvaluationException when it is none
     */
    public static Object version(String text) {
        return Semver.parsed(text, false);
    }

    /** An object of JSON: all its names are keys. */
    private static final class JsonMap extends CelMap {
        private final MapValue map;

        JsonMap(MapValue map) {
            this.map = map;
        }

        @Override
        public @Nullable Object find(@Nullable Object key) {
            return key instanceof String name && map.has(name) ? of(map.get(name)) : ABSENT;
        }

        @Override
        public List<?> keys() {
            return List.copyOf(map.asMap().keySet());
        }

        @Override
        public int size() {
            return map.size();
        }
    }

    private static final class JsonList extends CelList {
        private final ListValue list;

        JsonList(ListValue list) {
            this.list = list;
        }

        @Override
        public @Nullable Object get(int index) {
            return of(list.get(index));
        }

        @Override
        public int size() {
            return list.size();
        }
    }

    /**
     * A value as JSON.
     *
     * @throws EvaluationException when JSON has no such value
     */
    public static @Nullable Object json(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case JsonMap map -> map.map;
            case JsonList list -> list.list;
            case CelMap map -> {
                MapValue.Builder object = MapValue.builder();
                for (Object key : map.keys()) {
                    if (!(key instanceof String name)) {
                        throw new EvaluationException("map key " + shown(key) + " is not a string");
                    }
                    object.put(name, json(map.find(key)));
                }
                yield object.build();
            }
            case List<?> list -> {
                List<@Nullable Object> items = new ArrayList<>(list.size());
                list.forEach(item -> items.add(json(item)));
                yield ListValue.copyOf(items);
            }
            case UInt number when number.bits() >= 0 -> number.bits();
            case Bytes bytes -> Base64.getEncoder().encodeToString(bytes.array());
            case Instant time -> shown(time);
            case Duration duration -> shown(duration);
            case Boolean bool -> bool;
            case Long number -> number;
            case Double number when Double.isFinite(number) -> number;
            case String text -> text;
            default -> throw new EvaluationException("a value of type " + typeName(value) + " is none of JSON");
        };
    }

    static CelType type(@Nullable Object value) {
        return switch (value) {
            case null -> CelType.NULL;
            case Boolean bool -> CelType.BOOL;
            case Long number -> CelType.INT;
            case UInt number -> CelType.UINT;
            case Double number -> CelType.DOUBLE;
            case String text -> CelType.STRING;
            case Bytes bytes -> CelType.BYTES;
            case Instant time -> CelType.TIMESTAMP;
            case Duration duration -> CelType.DURATION;
            case List<?> list -> CelType.list(CelType.DYN);
            case CelMap map -> CelType.map(CelType.DYN, CelType.DYN);
            case Optional optional -> CelType.optional(CelType.DYN);
            case CelType type -> CelType.TYPE;
            case Opaque opaque -> opaque.type();
            default -> throw new IllegalArgumentException("no value of the language: " + value.getClass());
        };
    }

    static String typeName(@Nullable Object value) {
        return type(value).name();
    }

    /** Whether two values are equal; those of different types are not, except numbers. */
    public static boolean equal(@Nullable Object first, @Nullable Object second) {
        if (first == null || second == null) {
            return first == second;
        }
        return switch (first) {
            case CelList list -> {
                if (!(second instanceof List<?> other)) {
                    yield false;
                }
                yield list.isEqual(other);
            }
            case List<?> list -> second instanceof List<?> other && CelList.areEqual(list, other);
            case CelMap map -> second instanceof CelMap other && map.isEqual(other);
            case Optional optional ->
                second instanceof Optional other
                        && optional.present() == other.present()
                        && equal(optional.value(), other.value());
            case CelType type -> second instanceof CelType other && type.name().equals(other.name());
            default -> isNumber(first) && isNumber(second) ? sameNumber(first, second) : first.equals(second);
        };
    }

    private static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof UInt;
    }

    private static boolean sameNumber(Object first, Object second) {
        if (first instanceof Double one && one.isNaN() || second instanceof Double two && two.isNaN()) {
            return false;
        }
        return compare(first, second) == 0;
    }

    /** Compares two values of ordered types. */
    static int compare(@Nullable Object first, @Nullable Object second) {
        return switch (first) {
            case Boolean one when second instanceof Boolean two -> Boolean.compare(one, two);
            case String one when second instanceof String two -> compareText(one, two);
            case Bytes one when second instanceof Bytes two -> one.compareTo(two);
            case Instant one when second instanceof Instant two -> one.compareTo(two);
            case Duration one when second instanceof Duration two -> one.compareTo(two);
            case Long one when second instanceof Long two -> Long.compare(one, two);
            case UInt one when second instanceof UInt two -> one.compareTo(two);
            case Long one
            when second instanceof UInt two -> one < 0 || two.bits() < 0 ? -1 : Long.compare(one, two.bits());
            case UInt one when second instanceof Long two -> -compare(two, one);
            case Double one when second instanceof Double two -> compareDoubles(one, two);
            case Double one when second instanceof Long two -> compareExact(one, two);
            case Long one when second instanceof Double two -> -compareExact(two, one);
            case Double one when second instanceof UInt two -> compareExact(one, two);
            case UInt one when second instanceof Double two -> -compareExact(two, one);
            case null, default -> throw EvaluationException.noSuchOverload();
        };
    }

    private static int compareDoubles(double first, double second) {
        if (Double.isNaN(first) || Double.isNaN(second)) {
            throw new EvaluationException("NaN values cannot be ordered");
        }
        return first < second ? -1 : first > second ? 1 : 0;
    }

    private static int compareExact(double first, long second) {
        if (Double.isNaN(first) || first >= 0x1p63) {
            return compareDoubles(first, 0);
        }
        return first < -0x1p63 ? -1 : compareWhole(first, Long.compare((long) first, second));
    }

    private static int compareExact(double first, UInt second) {
        if (Double.isNaN(first) || first < 0 || first >= 0x1p64) {
            return compareDoubles(first, 0);
        }
        long whole = first < 0x1p63 ? (long) first : (long) (first - 0x1p63) ^ Long.MIN_VALUE;
        return compareWhole(first, Long.compareUnsigned(whole, second.bits()));
    }

    private static int compareWhole(double number, int wholeOrder) {
        return wholeOrder != 0
                ? wholeOrder
                : Double.compare(number - (number < 0 ? Math.ceil(number) : Math.floor(number)), 0);
    }

    /** In the order of UTF-8. */
    private static int compareText(String first, String second) {
        int length = Math.min(first.length(), second.length());
        for (int i = 0; i < length; i++) {
            char one = first.charAt(i);
            char two = second.charAt(i);
            if (one != two) {
                boolean surrogates = Character.isSurrogate(one) || Character.isSurrogate(two);
                return surrogates
                        ? Integer.compare(first.codePointAt(i), second.codePointAt(i))
                        : Character.compare(one, two);
            }
        }
        return Integer.compare(first.length(), second.length());
    }

    /** The size of a string, bytes, list or map; -1 when a value has none. */
    static long size(@Nullable Object value) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case Bytes bytes -> bytes.array().length;
            case List<?> list -> list.size();
            case CelMap map -> map.size();
            case null, default -> -1;
        };
    }

    /** The value as its conversion to {@code string} writes it; the name of the type for others. */
    public static String text(@Nullable Object value) {
        return value instanceof List
                        || value instanceof CelMap
                        || value instanceof Opaque
                        || value instanceof Optional
                        || value instanceof Bytes
                ? typeName(value)
                : shown(value);
    }

    /** The value as its conversion to {@code string} writes it; other values in some form for errors. */
    static String shown(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case Double number -> GoText.floating(number);
            case Bytes bytes -> new String(bytes.array(), StandardCharsets.UTF_8);
            case Instant time -> Times.text(time);
            case Duration duration -> Times.text(duration);
            case CelType type -> type.name();
            default -> String.valueOf(value);
        };
    }
}
