package dev.proa.api.value;

import org.jspecify.annotations.Nullable;

/**
 * A number that is kept as it was written, since neither a {@code Long} nor a {@code Double} would be written so again:
 * {@code 1.0}, {@code 1e3}, {@code -0}, and whole numbers that need more than 64 bits. Two are equal when they are written alike.
 */
public final class Numeral extends Number {
    private static final long serialVersionUID = 1;
    private static final int LONGEST_LONG = 20;

    private final String text;

    /**
     * For decoders, which know when no other value is written so.
     *
     * @param text a number of JSON
     */
    public Numeral(String text) {
        this.text = text;
    }

    /** What Go's decoder makes of it where no type says more: a {@code Long} when it is an integer of 64 bits, a {@code Double} else. */
    public Number plain() {
        if (text.length() <= LONGEST_LONG && isInteger()) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                return doubleValue(); // 19 or 20 digits that are too many
            }
        }
        return doubleValue();
    }

    /** {@code value} with {@linkplain #plain() plain} numbers only; this very value when it has no others. */
    public static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case Numeral numeral -> numeral.plain();
            case MapValue map -> plain(map);
            case ListValue list -> {
                ListValue plain = list;
                for (int i = 0; i < list.size(); i++) {
                    plain = plain.with(i, plain(list.get(i)));
                }
                yield plain;
            }
            case null, default -> value;
        };
    }

    /** {@code map} with {@linkplain #plain() plain} numbers only; this very map when it has no others. */
    public static MapValue plain(MapValue map) {
        MapValue plain = map;
        for (int i = 0; i < map.size(); i++) {
            Object inner = plain(map.valueAt(i));
            if (inner != map.valueAt(i)) {
                plain = plain.with(map.nameAt(i), inner);
            }
        }
        return plain;
    }

    /** Whether it has neither a fraction nor an exponent. */
    public boolean isInteger() {
        return text.indexOf('.') < 0 && text.indexOf('e') < 0 && text.indexOf('E') < 0;
    }

    @Override
    public int intValue() {
        return (int) longValue();
    }

    @Override
    public long longValue() {
        return plain() instanceof Long number ? number : (long) doubleValue();
    }

    @Override
    public float floatValue() {
        return Float.parseFloat(text);
    }

    @Override
    public double doubleValue() {
        return Double.parseDouble(text);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Numeral numeral && text.equals(numeral.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
