package dev.proa.api.value;

import org.jspecify.annotations.Nullable;

/**
 * A number, or a string such as the name of a port or {@code 25%}.
 *
 * @param text the string; null for a number
 * @param number the number; 0 for a string
 */
public record IntOrString(@Nullable String text, int number) {
    /** What an absent value means: the number 0. */
    public static final IntOrString ZERO = new IntOrString(null, 0);

    public static IntOrString of(int number) {
        return new IntOrString(null, number);
    }

    public static IntOrString of(String text) {
        return new IntOrString(text, 0);
    }

    /** From a value of an object; {@link #ZERO} when that is neither a number nor a string. */
    public static IntOrString from(@Nullable Object value) {
        return switch (value) {
            case String text -> of(text);
            case Long number -> of(number.intValue());
            case null, default -> ZERO;
        };
    }

    public boolean isString() {
        return text != null;
    }

    /** As it is in an object: a {@code Long} or a {@code String}. */
    public Object toValue() {
        return text == null ? (Object) (long) number : text;
    }

    /**
     * The number, or the percentage of {@code total}.
     *
     * @param roundUp whether a part of one counts as one
     * @throws IllegalArgumentException when it is a string that is no percentage
     */
    public int scaled(int total, boolean roundUp) {
        if (text == null) {
            return number;
        }
        if (!text.endsWith("%")) {
            throw new IllegalArgumentException(
                    "invalid value for IntOrString: invalid type: string is not a percentage");
        }
        long percent;
        try {
            percent = Integer.parseInt(text.substring(0, text.length() - 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "invalid value for IntOrString: invalid value \"" + text + "\": not a whole percentage", e);
        }
        long hundredfold = percent * total;
        return Math.toIntExact(roundUp ? Math.ceilDiv(hundredfold, 100) : Math.floorDiv(hundredfold, 100));
    }

    @Override
    public String toString() {
        return text == null ? Integer.toString(number) : text;
    }
}
