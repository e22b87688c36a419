package dev.proa.api.codec;

import dev.proa.api.value.Numeral;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/** Resolves YAML scalars by the rules of YAML 1.1 as {@code go-yaml} 2 has them, but for dates, which stay strings. */
final class YamlScalars {
    private static final String TAGS = "tag:yaml.org,2002:";

    /** The maximum length of an integer: a long has 19 digits, and parsing time grows with the square of the length. */
    private static final int MOST_DIGITS = 25;

    private static final int MOST_BITS = 70;

    /** The maximum length of a number. */
    private static final int LONGEST_NUMBER = 1_000;

    private YamlScalars() {}

    static @Nullable Object value(ScalarEvent scalar) {
        String text = scalar.getValue();
        String tag = scalar.getTag().orElse(scalar.isPlain() ? "" : TAGS + "str");
        return switch (tag) {
            case "" -> plain(text);
            case TAGS + "binary" -> binary(text);
            case TAGS + "int", TAGS + "bool", TAGS + "null" -> plain(text);
            case TAGS + "float" -> plain(text) instanceof Number number ? (Object) number : text;
            default -> text; // strings, and tags of somebody's own
        };
    }

    private static String binary(String text) {
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(text);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw YamlReader.failure("yaml: !!binary value contains invalid base64 data", e);
        }
    }

    /** The value of an unquoted scalar. */
    static @Nullable Object plain(String text) {
        if (text.isEmpty()) {
            return null;
        }
        char first = text.charAt(0);
        if (first >= '0' && first <= '9' || first == '-' || first == '+' || first == '.') {
            Object number = number(text);
            return number == null ? text : number;
        }
        return switch (text) {
            case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON" -> Boolean.TRUE;
            case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF" -> Boolean.FALSE;
            case "~", "null", "Null", "NULL" -> null;
            default -> text;
        };
    }

    /** Whether an unquoted scalar is a number but not an integer. */
    static boolean isFloating(String text) {
        String digits = text.indexOf('_') > 0 ? text.replace("_", "") : text;
        return text.length() <= LONGEST_NUMBER && integer(digits) == null && isFloat(digits);
    }

    /** Whether an unquoted scalar is a string. */
    static boolean isString(String text) {
        String lower = text.toLowerCase(java.util.Locale.ROOT);
        boolean named = lower.equals(".nan") || lower.equals(".inf") || lower.equals("-.inf") || lower.equals("+.inf");
        return !named && !isDate(text) && plain(text) instanceof String;
    }

    /** Whether a text starts like a date, which other YAML parsers would take it for. */
    private static boolean isDate(String text) {
        int year = digits(text, 0);
        int month = year == 4 && text.startsWith("-", 4) ? digits(text, 5) : 0;
        return month > 5 && text.startsWith("-", month) && digits(text, month + 1) > month + 1;
    }

    private static @Nullable Object number(String text) {
        String bare = text.startsWith("+") || text.startsWith("-") ? text.substring(1) : text;
        if (bare.equalsIgnoreCase(".inf")) {
            throw YamlReader.failure("json: unsupported value: " + (text.startsWith("-") ? "-Inf" : "+Inf"), null);
        }
        if (text.equalsIgnoreCase(".nan")) {
            throw YamlReader.failure("json: unsupported value: NaN", null);
        }
        if (text.length() > LONGEST_NUMBER) {
            if (isFloat(text) || isFloat(text.replace("_", ""))) {
                throw YamlReader.failure(
                        "json: cannot unmarshal number " + text.substring(0, 40) + "... into Go value of type float64",
                        null);
            }
            return null;
        }
        String digits = text.indexOf('_') > 0 ? text.replace("_", "") : text;
        Object whole = integer(digits);
        return whole != null ? whole : isFloat(digits) ? floating(digits) : null;
    }

    /** Parses an integer with Go's prefixes: {@code 0x}, {@code 0o} or {@code 0}, {@code 0b}. */
    private static @Nullable Object integer(String text) {
        boolean negative = text.startsWith("-");
        String bare = negative || text.startsWith("+") ? text.substring(1) : text;
        int radix = 10;
        if (bare.length() > 1 && bare.charAt(0) == '0') {
            switch (bare.charAt(1)) {
                case 'x', 'X' -> radix = 16;
                case 'o', 'O', '0', '1', '2', '3', '4', '5', '6', '7' -> radix = 8;
                case 'b', 'B' -> radix = 2;
                default -> {
                    return null;
                }
            }
            boolean letter = bare.charAt(1) > '9';
            bare = bare.substring(letter ? 2 : 1);
        }
        for (int i = 0; i < bare.length(); i++) {
            if (Character.digit(bare.charAt(i), radix) < 0 || bare.charAt(i) > 'f') {
                return null;
            }
        }
        if (bare.isEmpty() || bare.length() > (radix == 2 ? MOST_BITS : MOST_DIGITS)) {
            return null;
        }
        BigInteger number = new BigInteger(negative ? "-" + bare : bare, radix);
        if (number.bitLength() < 64) {
            return number.longValueExact();
        }
        boolean unsigned = number.signum() > 0 && number.bitLength() == 64;
        return unsigned ? new Numeral(number.toString()) : null;
    }

    /** {@code [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?} */
    private static boolean isFloat(String text) {
        int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        int whole = digits(text, at);
        int end = whole;
        if (end < text.length() && text.charAt(end) == '.') {
            end = digits(text, end + 1);
            if (whole == at && end == whole + 1) {
                return false;
            }
        } else if (whole == at) {
            return false;
        }
        if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
            int exponent = end + 1;
            if (exponent < text.length() && (text.charAt(exponent) == '-' || text.charAt(exponent) == '+')) {
                exponent++;
            }
            int last = digits(text, exponent);
            return last > exponent && last == text.length();
        }
        return end == text.length();
    }

    private static int digits(String text, int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    /** The number that Go's JSON for it has. */
    private static Object floating(String text) {
        double number = Double.parseDouble(text);
        return Double.isInfinite(number) ? text : Json.number(Json.toString(number));
    }
}
