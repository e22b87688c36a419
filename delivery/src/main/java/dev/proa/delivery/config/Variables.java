package dev.proa.delivery.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Replaces variables in texts as Compose does: {@code $NAME}, <code>${NAME}</code>, <code>${NAME:-default}</code>,
 * {@code -}, {@code :+}, {@code +}, {@code :?} and {@code ?}, nested in one another; {@code $$} is a dollar sign.
 */
public final class Variables {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final int DEEPEST = 32;

    private final Lookup lookup;

    /** The values of variables. */
    public interface Lookup {
        /** The value; null when it is not set. */
        @Nullable
        String value(String name);
    }

    public Variables(Lookup lookup) {
        this.lookup = lookup;
    }

    /**
     * Replaces the variables of a text; one that is not set becomes empty.
     *
     * @throws DeliveryFailure when a required variable is missing, or the syntax is wrong
     */
    public String in(String text) {
        return in(text, 0);
    }

    private String in(String text, int depth) {
        if (depth > DEEPEST) {
            throw new DeliveryFailure("variables are nested more than " + DEEPEST + " deep");
        }
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != '$') {
                out.append(c);
                at++;
            } else if (text.startsWith("$$", at)) {
                out.append('$');
                at += 2;
            } else if (text.startsWith("${", at)) {
                int end = closing(text, at);
                out.append(braced(text.substring(at + 2, end), text, depth));
                at = end + 1;
            } else {
                int end = nameEnd(text, at + 1);
                if (end == at + 1) {
                    out.append('$'); // as in a price
                    at++;
                    continue;
                }
                String value = lookup.value(text.substring(at + 1, end));
                out.append(value == null ? "" : value);
                at = end;
            }
        }
        return out.toString();
    }

    private static int nameEnd(String text, int from) {
        var name = NAME.matcher(text).region(from, text.length());
        return name.lookingAt() ? name.end() : from;
    }

    private static int closing(String text, int from) {
        int open = 0;
        for (int i = from + 1; i < text.length(); i++) {
            if (text.charAt(i) == '{') {
                open++;
            } else if (text.charAt(i) == '}' && --open == 0) {
                return i;
            }
        }
        throw invalid(text);
    }

    private String braced(String inner, String text, int depth) {
        int end = nameEnd(inner, 0);
        if (end == 0) {
            throw invalid(text);
        }
        String name = inner.substring(0, end);
        String rest = inner.substring(end);
        String value = lookup.value(name);
        boolean colon = rest.startsWith(":");
        boolean absent = value == null || colon && value.isEmpty();
        String operator = rest.isEmpty() ? "" : rest.substring(colon ? 1 : 0);
        if (rest.isEmpty()) {
            return value == null ? "" : value;
        }
        if (operator.isEmpty()) {
            throw invalid(text);
        }
        String word = operator.substring(1);
        return switch (operator.charAt(0)) {
            case '-' -> absent ? in(word, depth + 1) : String.valueOf(value);
            case '+' -> absent ? "" : in(word, depth + 1);
            case '?' -> {
                if (absent) {
                    String why = in(word, depth + 1);
                    throw new DeliveryFailure(
                            "the variable " + name + " is required and not set" + (why.isEmpty() ? "" : ": " + why));
                }
                yield String.valueOf(value);
            }
            default -> throw invalid(text);
        };
    }

    private static DeliveryFailure invalid(String text) {
        return new DeliveryFailure(
                "invalid variable in \"" + (text.length() > 80 ? text.substring(0, 80) + "..." : text)
                        + "\": write $NAME or ${NAME:-default}, and $$ for a dollar sign");
    }
}
