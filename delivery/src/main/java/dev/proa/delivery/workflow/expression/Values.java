package dev.proa.delivery.workflow.expression;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How values of expressions become others, and how they compare. */
public final class Values {
    /** Digits of a number in a text. */
    private static final MathContext DIGITS = new MathContext(15, RoundingMode.HALF_EVEN);

    private Values() {}

    /** Whether a value counts as true in a condition. */
    public static boolean truthy(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case Boolean bool -> bool;
            case Double number -> number != 0 && !number.isNaN();
            case String text -> !text.isEmpty();
            default -> true;
        };
    }

    /** A value as text: empty for null; {@code Object} and {@code Array} for those. */
    public static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Double number -> numeral(number);
            case Map<?, ?> _ -> "Object";
            case List<?> _ -> "Array";
            default -> value.toString();
        };
    }

    /** A number with up to 15 digits, in scientific notation from 1E+15 on and below 0.0001. */
    private static String numeral(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return String.valueOf(number);
        }
        if (number == 0) {
            return "0";
        }
        BigDecimal rounded = new BigDecimal(number).round(DIGITS).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent > -5 && exponent < DIGITS.getPrecision()) {
            return rounded.toPlainString();
        }
        String mantissa = rounded.scaleByPowerOfTen(-exponent).toPlainString();
        return mantissa + "E" + (exponent < 0 ? "-" : "+") + String.format(Locale.ROOT, "%02d", Math.abs(exponent));
    }

    /** A value as number: NaN for texts that are none, for objects and for arrays. */
    public static double number(@Nullable Object value) {
        return switch (value) {
            case null -> 0;
            case Boolean bool -> bool ? 1 : 0;
            case Double number -> number;
            case String text -> number(text);
            default -> Double.NaN;
        };
    }

    static double number(String text) {
        String digits = text.strip();
        if (digits.isEmpty()) {
            return 0;
        }
        try {
            if (digits.matches("0x[0-9a-fA-F]{1,8}")) {
                return Integer.parseUnsignedInt(digits.substring(2), 16);
            }
            if (digits.matches("0o[0-7]{1,11}")) {
                return (int) Long.parseLong(digits.substring(2), 8);
            }
            if (digits.matches("[-+]?Infinity")) {
                return digits.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            }
            return digits.matches("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?")
                    ? Double.parseDouble(digits)
                    : Double.NaN;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** Whether two values are equal as {@code ==} has it: texts without regard to case, values of several types as numbers. */
    public static boolean equal(@Nullable Object left, @Nullable Object right) {
        if (left == null && right == null) {
            return true;
        }
        if (left instanceof String first && right instanceof String second) {
            return first.equalsIgnoreCase(second);
        }
        if (!primitive(left) || !primitive(right)) {
            return left == right;
        }
        return number(left) == number(right);
    }

    /** Whether {@code left} is less than {@code right}; false when they do not compare. */
    static boolean less(@Nullable Object left, @Nullable Object right) {
        if (left instanceof String first && right instanceof String second) {
            return upper(first).compareTo(upper(second)) < 0;
        }
        return primitive(left) && primitive(right) && number(left) < number(right);
    }

    /** A text with each character in upper case, as long as it was. */
    static String upper(String text) {
        StringBuilder upper = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            upper.append(Character.toUpperCase(text.charAt(i)));
        }
        return upper.toString();
    }

    static boolean primitive(@Nullable Object value) {
        return !(value instanceof Map) && !(value instanceof List);
    }

    /** The entry of a map by a name whose case does not matter; null when there is none. */
    public static @Nullable Object entry(Map<?, ? extends @Nullable Object> map, String name) {
        Object exact = map.get(name);
        if (exact != null) {
            return exact;
        }
        for (Map.Entry<?, ? extends @Nullable Object> entry : map.entrySet()) {
            if (name.equalsIgnoreCase((String) entry.getKey())) {
                return entry.getValue();
            }
        }
        return null;
    }

    /** A value of the API as one of expressions. */
    public static @Nullable Object of(@Nullable Object value) {
        return switch (value) {
            case Number number -> number.doubleValue();
            case MapValue map -> {
                Map<String, @Nullable Object> entries = new LinkedHashMap<>();
                for (Map.Entry<String, @Nullable Object> entry : map) {
                    entries.put(entry.getKey(), of(entry.getValue()));
                }
                yield Collections.unmodifiableMap(entries);
            }
            case ListValue list -> {
                List<@Nullable Object> items = new ArrayList<>();
                list.forEach(item -> items.add(of(item)));
                yield Collections.unmodifiableList(items);
            }
            case null -> null;
            default -> value;
        };
    }

    /** Texts by name as an object. */
    public static Map<String, @Nullable Object> object(Map<String, String> texts) {
        return Collections.unmodifiableMap(new LinkedHashMap<String, @Nullable Object>(texts));
    }

    /** JSON as {@code fromJSON} reads it. */
    public static @Nullable Object fromJson(String json) {
        try {
            return JsonText.read(json);
        } catch (DecodeException e) {
            throw new ExpressionException("Error reading JSON: " + e.getMessage());
        }
    }

    /** JSON as {@code toJSON} writes it, indented by two spaces. */
    public static String toJson(@Nullable Object value) {
        return JsonText.write(value);
    }
}
