package dev.proa.api.codec;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a value as YAML in block style. For one value and one thread. */
final class YamlWriter {
    private static final String SPECIAL_START = "-?:,[]{}#&*!|>'\"%@`= \t";

    private final StringBuilder out = new StringBuilder(1024);

    String write(@Nullable Object value) {
        switch (value) {
            case MapValue map when !map.isEmpty() -> map(map, 0, true);
            case ListValue list when !list.isEmpty() -> list(list, 0, true);
            case null, default -> {
                scalar(value, 0);
                out.append('\n');
            }
        }
        return out.toString();
    }

    /** {@code started} when the cursor is where the first name goes already. */
    private void map(MapValue map, int indent, boolean started) {
        boolean first = started;
        for (String name : sorted(map)) {
            if (!first) {
                indent(indent);
            }
            first = false;
            string(name, indent, false);
            out.append(':');
            nested(map.get(name), indent, indent);
        }
    }

    private void list(ListValue list, int indent, boolean started) {
        boolean first = started;
        for (Object item : list) {
            if (!first) {
                indent(indent);
            }
            first = false;
            switch (item) {
                case MapValue map
                when !map.isEmpty() -> {
                    out.append("- ");
                    map(map, indent + 2, true);
                }
                case ListValue inner
                when !inner.isEmpty() -> {
                    out.append("- ");
                    list(inner, indent + 2, true);
                }
                case null, default -> {
                    out.append('-');
                    nested(item, indent, indent);
                }
            }
        }
    }

    /** Writes the value after a colon or dash. */
    private void nested(@Nullable Object value, int indent, int listIndent) {
        switch (value) {
            case MapValue map
            when !map.isEmpty() -> {
                out.append('\n');
                map(map, indent + 2, false);
            }
            case ListValue list
            when !list.isEmpty() -> {
                out.append('\n');
                list(list, listIndent, false);
            }
            case null, default -> {
                out.append(' ');
                scalar(value, indent);
                out.append('\n');
            }
        }
    }

    private void indent(int spaces) {
        out.repeat(' ', spaces);
    }

    private void scalar(@Nullable Object value, int indent) {
        switch (value) {
            case null -> out.append("null");
            case String text -> string(text, indent, true);
            case Double number -> out.append(GoText.floating(number));
            case Numeral number -> out.append(numeral(number));
            case MapValue map -> out.append("{}");
            case ListValue list -> out.append("[]");
            default -> out.append(value);
        }
    }

    /** YAML has unsigned integers. */
    private static Object numeral(Numeral number) {
        Object read = number.isInteger() ? YamlScalars.plain(number.toString()) : null;
        return read instanceof Long whole
                ? (Object) whole
                : number.equals(read) ? number : GoText.floating(number.doubleValue());
    }

    private void string(String text, int indent, boolean block) {
        if (block && text.indexOf('\n') >= 0 && fitsLiteral(text)) {
            literal(text, indent);
        } else if (!isPrintable(text)) {
            quoted(text);
        } else if (!isString(text)) {
            quoted(text);
        } else if (isPlain(text)) {
            out.append(text);
        } else {
            out.append('\'').append(text.replace("'", "''")).append('\'');
        }
    }

    /** Whether an unquoted text is a string to this parser and to others of YAML 1.1. */
    private static boolean isString(String text) {
        return !text.isEmpty() && YamlScalars.isString(text) && !isBase60(text);
    }

    /** Whether it is a base 60 number in YAML 1.1, such as {@code 12:34}. */
    private static boolean isBase60(String text) {
        int colon = text.indexOf(':');
        if (colon <= 0 || colon == text.length() - 1) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean sign = i == 0 && (c == '-' || c == '+');
            if (!sign && c != ':' && c != '.' && c != '_' && (c < '0' || c > '9')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(String text) {
        char first = text.charAt(0);
        boolean indicator = SPECIAL_START.indexOf(first) >= 0;
        if (indicator && (first == '-' || first == '?' || first == ':') && text.length() > 1 && text.charAt(1) != ' ') {
            indicator = text.startsWith("---");
        }
        return !indicator
                && !text.startsWith("...")
                && !text.endsWith(" ")
                && !text.endsWith(":")
                && !text.contains(": ")
                && !text.contains(" #")
                && text.indexOf('\n') < 0
                && text.indexOf('\t') < 0;
    }

    private static boolean isPrintable(String text) {
        return text.codePoints()
                .allMatch(c -> c == '\t'
                        || c >= ' ' && c < 0x7F
                        || c >= 0xA0 && c != 0xFEFF && c != 0x2028 && c != 0x2029 && (c < 0xD800 || c > 0xDFFF));
    }

    private static boolean fitsLiteral(String text) {
        return isPrintable(text.replace("\n", ""))
                && !text.contains(" \n")
                && !text.endsWith(" ")
                && !text.startsWith(" ")
                && !text.startsWith("\n")
                && !text.contains("\t\n");
    }

    private void literal(String text, int indent) {
        out.append('|');
        if (!text.endsWith("\n")) {
            out.append('-');
        } else if (text.endsWith("\n\n")) {
            out.append('+');
        }
        String body = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        for (String line : body.split("\n", -1)) {
            out.append('\n');
            if (!line.isEmpty()) {
                indent(indent + 2);
                out.append(line);
            }
        }
    }

    private void quoted(String text) {
        out.append('"');
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> {
                    if (isPrintable(Character.toString(c))) {
                        out.appendCodePoint(c);
                    } else if (c > 0xFFFF) {
                        out.append(String.format("\\U%08X", c));
                    } else {
                        out.append(String.format("\\u%04X", c));
                    }
                }
            }
        });
        out.append('"');
    }

    /** The names in kubectl's order: numbers in them by value, everything else before letters. */
    private static List<String> sorted(MapValue map) {
        List<String> names = new ArrayList<>(map.asMap().keySet());
        names.sort(YamlWriter::compare);
        return names;
    }

    private static int compare(String left, String right) {
        int length = Math.min(left.length(), right.length());
        for (int i = 0; i < length; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a == b) {
                continue;
            }
            boolean letterA = Character.isLetter(a);
            boolean letterB = Character.isLetter(b);
            if (letterA != letterB) {
                return letterA ? 1 : -1;
            }
            if (!letterA && isDigit(a) && isDigit(b)) {
                int byLength = digitsFrom(left, i) - digitsFrom(right, i);
                return byLength != 0 ? byLength : a - b;
            }
            return a - b;
        }
        return left.length() - right.length();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static int digitsFrom(String text, int from) {
        int end = from;
        while (end < text.length() && isDigit(text.charAt(end))) {
            end++;
        }
        return end - from;
    }
}
