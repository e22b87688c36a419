package dev.proa.server.cel;

import dev.proa.api.codec.GoText;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code format()} of strings. */
final class FormatString {
    private static final int DEFAULT_PRECISION = 6;
    private static final int MOST_PRECISION = 1_000;

    private FormatString() {}

    /** Formats the value of one clause. */
    @FunctionalInterface
    interface Clauses {
        /** @param clause {@code s}, {@code d}, {@code f}, {@code e}, {@code b}, {@code x}, {@code X} or {@code o} */
        String formatted(char clause, int precision, int index);
    }

    static String formatted(String format, List<?> args) {
        return expanded(
                format, args.size(), (clause, precision, index) -> formatted(clause, precision, args.get(index)));
    }

    /** Goes through the clauses of a format. */
    static String expanded(String format, int args, Clauses clauses) {
        StringBuilder out = new StringBuilder(format.length());
        int next = 0;
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            if (format.startsWith("%%", i)) {
                out.append('%');
                i++;
                continue;
            }
            if (next >= args) {
                throw new EvaluationException("index " + next + " out of range");
            }
            if (i + 1 >= format.length()) {
                throw new EvaluationException("unexpected end of string");
            }
            int precision = DEFAULT_PRECISION;
            i++;
            if (format.charAt(i) == '.') {
                int start = i + 1;
                i++;
                while (i < format.length() && format.charAt(i) >= '0' && format.charAt(i) <= '9') {
                    i++;
                }
                precision = precision(format, start, i);
            }
            char clause = format.charAt(i);
            if ("sdfebxXo".indexOf(clause) < 0) {
                throw new EvaluationException(
                        "could not parse formatting clause: unrecognized formatting clause \"" + clause + "\"");
            }
            out.append(clauses.formatted(clause, precision, next++));
            if (out.length() > Budget.MOST_CHARACTERS) {
                throw new EvaluationException.TooExpensive();
            }
        }
        return out.toString();
    }

    private static int precision(String format, int start, int end) {
        String error = "could not parse formatting clause: error while parsing precision: ";
        if (end >= format.length()) {
            throw new EvaluationException(error + "could not find end of precision specifier");
        }
        if (end == start || end - start > 4 || Integer.parseInt(format.substring(start, end)) > MOST_PRECISION) {
            throw new EvaluationException(error + "error while converting precision to integer: strconv.Atoi: parsing "
                    + GoText.quote(format.substring(start, end))
                    + (end == start ? ": invalid syntax" : ": value out of range"));
        }
        return Integer.parseInt(format.substring(start, end));
    }

    /** What a clause says of a type that it does not fit. */
    static EvaluationException unfit(char clause, String type) {
        String wrong = switch (clause) {
            case 'd' -> "decimal clause can only be used on integers";
            case 'f' -> "fixed-point clause can only be used on doubles";
            case 'e' -> "scientific clause can only be used on doubles";
            case 'b' -> "only integers and bools can be formatted as binary";
            case 'x', 'X' -> "only integers, byte buffers, and strings can be formatted as hex";
            case 'o' -> "octal clause can only be used on integers";
            default ->
                "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and"
                        + " timestamps";
        };
        return new EvaluationException("error during formatting: " + wrong + ", was given " + type);
    }

    private static String formatted(char clause, int precision, @Nullable Object value) {
        return switch (clause) {
            case 's' -> text(value);
            case 'd' -> number(clause, value, 10);
            case 'o' -> number(clause, value, 8);
            case 'b' -> value instanceof Boolean bool ? (bool ? "1" : "0") : number(clause, value, 2);
            case 'f', 'e' -> floating(clause, precision, value);
            default -> {
                String hex = switch (value) {
                    case String text -> HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
                    case Bytes bytes -> HexFormat.of().formatHex(bytes.array());
                    case null, default -> number(clause, value, 16);
                };
                yield clause == 'X' ? hex.toUpperCase(java.util.Locale.ROOT) : hex;
            }
        };
    }

    private static String number(char clause, @Nullable Object value, int radix) {
        return switch (value) {
            case Long number -> Long.toString(number, radix);
            case UInt number -> Long.toUnsignedString(number.bits(), radix);
            case null, default -> throw unfit(clause, Values.typeName(value));
        };
    }

    private static String floating(char clause, int precision, @Nullable Object value) {
        boolean special = "NaN".equals(value) || "Infinity".equals(value) || "-Infinity".equals(value);
        if (!(value instanceof Double) && !special) {
            throw unfit(clause, Values.typeName(value));
        }
        double number = Conversions.floating(value);
        if (Double.isNaN(number)) {
            return "NaN";
        }
        if (Double.isInfinite(number)) {
            return number < 0 ? "-\u221e" : "\u221e";
        }
        return clause == 'f' ? fixed(number, precision) : scientific(number, precision);
    }

    /** With commas between thousands. */
    private static String fixed(double number, int precision) {
        String digits = new BigDecimal(Math.abs(number))
                .setScale(precision, RoundingMode.HALF_EVEN)
                .toPlainString();
        int end = digits.indexOf('.') < 0 ? digits.length() : digits.indexOf('.');
        StringBuilder out = new StringBuilder(digits);
        for (int i = end - 3; i > 0; i -= 3) {
            out.insert(i, ',');
        }
        return (number < 0 ? "-" : "") + out;
    }

    private static String scientific(double number, int precision) {
        String plain = String.format(java.util.Locale.ROOT, "%." + precision + "e", number);
        int e = plain.indexOf('e');
        int exponent = Integer.parseInt(plain.substring(e + 1));
        StringBuilder out = new StringBuilder(plain.substring(0, e)).append("\u00d710");
        String digits = (exponent < 0 ? "-" : "") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
        for (char c : digits.toCharArray()) {
            out.append(
                    c == '-'
                            ? '\u207b'
                            : "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079".charAt(c - '0'));
        }
        return out.toString();
    }

    private static String text(@Nullable Object value) {
        return switch (value) {
            case List<?> list -> {
                List<String> items = new ArrayList<>();
                list.forEach(item -> items.add(quoted(item)));
                yield "[" + String.join(", ", items) + "]";
            }
            case CelMap map -> {
                List<String> entries = new ArrayList<>();
                map.keys().forEach(key -> entries.add(quoted(key) + ":" + quoted(map.find(key))));
                Collections.sort(entries);
                yield "{" + String.join(", ", entries) + "}";
            }
            case Optional optional -> throw unfit('s', Values.typeName(value));
            case Opaque opaque -> throw unfit('s', Values.typeName(value));
            case null, default -> Values.shown(value);
        };
    }

    /** As a literal. */
    private static String quoted(@Nullable Object value) {
        return switch (value) {
            case String text -> GoText.quote(text);
            case Bytes bytes -> "b" + GoText.quote(text(bytes));
            case Instant time -> "timestamp(" + GoText.quote(text(time)) + ")";
            case Duration duration -> "duration(" + GoText.quote(text(duration)) + ")";
            case Double number ->
                number.isNaN() || number.isInfinite()
                        ? GoText.quote(number.isNaN() ? "NaN" : number > 0 ? "+Inf" : "-Inf")
                        : new BigDecimal(number)
                                .setScale(DEFAULT_PRECISION, RoundingMode.HALF_EVEN)
                                .toPlainString();
            case null, default -> text(value);
        };
    }
}
