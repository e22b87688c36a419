package dev.proa.api.codec;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Formats values in error texts as Go does. */
public final class GoText {
    private GoText() {}

    /** Quotes a string with Go's escapes, as {@code %q}. */
    public static String quote(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(c -> escape(out, c));
        return out.append('"').toString();
    }

    private static void escape(StringBuilder out, int c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case 7 -> out.append("\\a");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case 11 -> out.append("\\v");
            default -> {
                if (isPrintable(c)) {
                    out.appendCodePoint(c);
                } else if (c < 0x80) {
                    out.append("\\x").append(hex(c, 2));
                } else if (c < 0x10000) {
                    out.append("\\u").append(hex(c, 4));
                } else {
                    out.append("\\U").append(hex(c, 8));
                }
            }
        }
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    private static String hex(int c, int digits) {
        String hex = Integer.toHexString(c);
        return "0".repeat(digits - hex.length()) + hex;
    }

    /** Formats a floating-point number, as {@code %v}. */
    public static String floating(double number) {
        double size = Math.abs(number);
        if (number == 0) {
            return Math.copySign(1, number) < 0 ? "-0" : "0";
        }
        return shortest(new BigDecimal(Double.toString(number)), size >= 1e-4 && size < 1e6);
    }

    /** Formats a 32-bit floating-point number, as {@code %v}. */
    public static String floating(float number) {
        if (Float.isInfinite(number)) {
            return number < 0 ? "-Inf" : "+Inf";
        }
        float size = Math.abs(number);
        return number == 0
                ? floating((double) number)
                : shortest(new BigDecimal(Float.toString(number)), size >= 1e-4 && size < 1e6);
    }

    private static String shortest(BigDecimal number, boolean plain) {
        BigDecimal decimal = number.stripTrailingZeros();
        if (plain) {
            return decimal.toPlainString();
        }
        String digits = decimal.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - decimal.scale();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        String sign = exponent < 0 ? "-" : "+";
        String width = Math.abs(exponent) < 10 ? "0" : "";
        return (number.signum() < 0 ? "-" : "") + mantissa + "e" + sign + width + Math.abs(exponent);
    }

    /** A duration of whole milliseconds: {@code 0s}, {@code 15ms}, {@code 1.5s}, {@code 1h0m10s}. */
    public static String duration(Duration duration) {
        if (duration.isNegative()) {
            return "-" + duration(duration.negated());
        }
        if (duration.toSeconds() == 0 && duration.toMillis() > 0) {
            return duration.toMillis() + "ms";
        }
        String fraction = ".%03d".formatted(duration.toMillisPart()).replaceFirst("\\.?0+$", "");
        String text = duration.toSecondsPart() + fraction + "s";
        if (duration.toMinutes() > 0) {
            text = duration.toMinutesPart() + "m" + text;
        }
        return duration.toHours() > 0 ? duration.toHours() + "h" + text : text;
    }

    /** Formats a value, as {@code %v}: {@code map[a:1 b:[x y]]}. */
    public static String printed(@Nullable Object value) {
        return switch (value) {
            case null -> "<nil>";
            case MapValue map -> {
                List<String> entries = new ArrayList<>();
                for (int i = 0; i < map.size(); i++) {
                    entries.add(map.nameAt(i) + ":" + printed(map.valueAt(i)));
                }
                yield "map[" + String.join(" ", entries) + "]";
            }
            case ListValue list ->
                "[" + String.join(" ", list.stream().map(GoText::printed).toList()) + "]";
            case Double number -> floating(number);
            case Numeral number -> printed(number.plain());
            default -> value.toString();
        };
    }

    /** Encodes a value as Go's JSON encoder does, which escapes HTML characters. */
    public static String json(@Nullable Object value) {
        return Json.toString(value)
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026");
    }
}
