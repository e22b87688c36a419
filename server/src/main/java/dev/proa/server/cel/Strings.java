package dev.proa.server.cel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;

/** Functions of strings; positions count code points. */
final class Strings {
    private Strings() {}

    static @Nullable Function find(String name) {
        return switch (name) {
            case "contains" -> args -> text(args[0]).contains(text(args[1]));
            case "startsWith" -> args -> text(args[0]).startsWith(text(args[1]));
            case "endsWith" -> args -> text(args[0]).endsWith(text(args[1]));
            case "charAt" -> args -> charAt(text(args[0]), number(args[1]));
            case "indexOf" ->
                args -> args[0] instanceof List<?> list
                        ? Lists.indexOf(list, args[1])
                        : indexOf(text(args[0]), text(args[1]), args.length > 2 ? number(args[2]) : 0);
            case "lastIndexOf" ->
                args -> args[0] instanceof List<?> list
                        ? Lists.lastIndexOf(list, args[1])
                        : args.length > 2
                                ? lastIndexOf(text(args[0]), text(args[1]), number(args[2]))
                                : lastIndexOf(text(args[0]), text(args[1]));
            case "lowerAscii" -> args -> mapped(text(args[0]), c -> c >= 'A' && c <= 'Z' ? c + 32 : c);
            case "upperAscii" -> args -> mapped(text(args[0]), c -> c >= 'a' && c <= 'z' ? c - 32 : c);
            case "trim" -> args -> trimmed(text(args[0]));
            case "replace" ->
                args -> replaced(text(args[0]), text(args[1]), text(args[2]), args.length > 3 ? number(args[3]) : -1);
            case "split" -> args -> split(text(args[0]), text(args[1]), args.length > 2 ? number(args[2]) : -1);
            case "substring" ->
                args -> args.length > 2
                        ? substring(text(args[0]), number(args[1]), number(args[2]))
                        : substring(text(args[0]), number(args[1]));
            case "join" -> args -> joined(Lists.list(args[0]), args.length > 1 ? text(args[1]) : "");
            case "format" -> args -> FormatString.formatted(text(args[0]), Lists.list(args[1]));
            case "strings.quote" -> args -> quoted(text(args[0]));
            default -> null;
        };
    }

    static String text(@Nullable Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw EvaluationException.noSuchOverload();
    }

    static long number(@Nullable Object value) {
        if (value instanceof Long number) {
            return number;
        }
        throw EvaluationException.noSuchOverload();
    }

    /** A string that may be made since it is not too long. */
    static String limited(long length, Supplier<String> text) {
        if (length > Budget.MOST_CHARACTERS) {
            throw new EvaluationException.TooExpensive();
        }
        return text.get();
    }

    private static EvaluationException outOfRange(long index) {
        return new EvaluationException("index out of range: " + index);
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String charAt(String text, long index) {
        int length = length(text);
        if (index < 0 || index > length) {
            throw outOfRange(index);
        }
        return index == length ? "" : Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) index)));
    }

    private static long indexOf(String text, String part, long from) {
        return find(text, part, from, text::indexOf);
    }

    /** @param search finds a part from an index of a character on, either way */
    private static long find(String text, String part, long from, ToIntBiFunction<String, Integer> search) {
        if (part.isEmpty()) {
            return from;
        }
        if (from < 0) {
            throw outOfRange(from);
        }
        if (from >= length(text)) {
            return -1;
        }
        int found = search.applyAsInt(part, text.offsetByCodePoints(0, (int) from));
        return found < 0 ? -1 : text.codePointCount(0, found);
    }

    private static long lastIndexOf(String text, String part) {
        return part.isEmpty()
                ? length(text)
                : text.length() < part.length() ? -1 : lastIndexOf(text, part, length(text) - 1L);
    }

    private static long lastIndexOf(String text, String part, long from) {
        return find(text, part, from, text::lastIndexOf);
    }

    private static String mapped(String text, IntUnaryOperator change) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().map(change).forEach(out::appendCodePoint);
        return out.toString();
    }

    private static boolean isSpace(int c) {
        return c == ' ' || c >= '\t' && c <= '\r' || c == 0x85 || c == 0xa0 || c > 0xa0 && Character.isSpaceChar(c);
    }

    static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static String replaced(String text, String old, String with, long most) {
        long count = 0;
        int width = old.isEmpty() ? 1 : old.length();
        if (old.isEmpty()) {
            count = length(text) + 1L;
        } else {
            for (int at = text.indexOf(old); at >= 0; at = text.indexOf(old, at + width)) {
                count++;
            }
        }
        long times = most < 0 ? count : Math.min(most, count);
        long length = text.length() + times * Math.max(0, with.length() - old.length());
        return limited(length, () -> {
            StringBuilder out = new StringBuilder();
            int start = 0;
            for (long i = 0; i < times; i++) {
                int at = old.isEmpty() ? (i == 0 ? 0 : text.offsetByCodePoints(start, 1)) : text.indexOf(old, start);
                out.append(text, start, at).append(with);
                start = at + old.length();
            }
            return out.append(text, start, text.length()).toString();
        });
    }

    private static List<String> split(String text, String separator, long most) {
        List<String> parts = new ArrayList<>();
        if (most == 0) {
            return parts;
        }
        int start = 0;
        while (most < 0 || parts.size() < most - 1) {
            int at = separator.isEmpty()
                    ? (start < text.length() ? text.offsetByCodePoints(start, 1) : -1)
                    : text.indexOf(separator, start);
            if (at < 0 || separator.isEmpty() && at == text.length()) {
                break;
            }
            parts.add(text.substring(start, at));
            start = at + separator.length();
        }
        if (!separator.isEmpty() || start < text.length()) {
            parts.add(text.substring(start));
        }
        return parts;
    }

    private static String substring(String text, long start) {
        if (start < 0 || start > length(text)) {
            throw outOfRange(start);
        }
        return text.substring(text.offsetByCodePoints(0, (int) start));
    }

    private static String substring(String text, long start, long end) {
        int length = length(text);
        if (start > end) {
            throw new EvaluationException("invalid substring range. start: " + start + ", end: " + end);
        }
        if (start < 0 || start > length) {
            throw outOfRange(start);
        }
        if (end > length) {
            throw outOfRange(end);
        }
        return text.substring(text.offsetByCodePoints(0, (int) start), text.offsetByCodePoints(0, (int) end));
    }

    private static String joined(List<?> list, String separator) {
        long length = (long) separator.length() * Math.max(0, list.size() - 1);
        for (Object item : list) {
            if (!(item instanceof String text)) {
                throw new EvaluationException("join: invalid input: " + Values.shown(item));
            }
            length += text.length();
        }
        return limited(length, () -> {
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < list.size(); i++) {
                out.append(i == 0 ? "" : separator).append(list.get(i));
            }
            return out.toString();
        });
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            int special = "\u0007\b\f\n\r\t\u000b\\\"".indexOf(c);
            if (special >= 0) {
                out.append('\\').append("abfnrtv\\\"".charAt(special));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.append('"').toString();
    }
}
