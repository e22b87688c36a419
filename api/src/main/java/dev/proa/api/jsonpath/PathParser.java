package dev.proa.api.jsonpath;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses one template. For one thread. */
final class PathParser {
    private static final int END = -1;
    private static final Pattern KEY = Pattern.compile("'([^']*)'");
    private static final Pattern SLICE = Pattern.compile("(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?");
    private static final Pattern COMPARISON = Pattern.compile("([^!<>=]+)([!<>=]+)(.+?)");

    private final String text;
    private int at;

    PathParser(String text) {
        this.text = text;
    }

    /** The texts and expressions of the template. */
    List<Step> blocks() {
        List<Step> blocks = new ArrayList<>();
        while (at < text.length()) {
            int brace = text.indexOf('{', at);
            int end = brace < 0 ? text.length() : brace;
            if (end > at) {
                blocks.add(new Step.Text(text.substring(at, end)));
            }
            at = end;
            if (brace >= 0) {
                at++;
                blocks.add(new Step.All(List.copyOf(expression())));
            }
        }
        return List.copyOf(blocks);
    }

    /** The steps of an expression within a larger one. */
    private static Step inner(String expression) {
        return new PathParser("{" + expression + "}").blocks().getFirst();
    }

    /** The steps up to the closing brace. */
    private List<Step> expression() {
        List<Step> steps = new ArrayList<>();
        while (true) {
            if (text.startsWith("[?(", at)) {
                at += 3;
                steps.add(filter());
                continue;
            }
            if (text.startsWith("..", at)) {
                descent(steps);
                continue;
            }
            int c = next();
            switch (c) {
                case '}' -> {
                    return steps;
                }
                case END, '\n', '\r' -> throw new IllegalArgumentException("unclosed action");
                case ' ', '@', '$' -> {
                    // The present value is where every path starts.
                }
                case '[' -> array(steps);
                case '"', '\'' -> steps.add(new Step.Text(quoted(c)));
                case '.' -> steps.add(field());
                default -> {
                    if (c == '+' || c == '-' || Character.isDigit(c)) {
                        at--;
                        steps.add(number());
                    } else if (isWord(c)) {
                        at -= Character.charCount(c);
                        steps.add(word());
                    } else {
                        throw new IllegalArgumentException(String.format(
                                "unrecognized character in action: U+%04X '%s'", c, Character.toString(c)));
                    }
                }
            }
        }
    }

    private void descent(List<Step> steps) {
        if (!steps.isEmpty() && steps.getLast() instanceof Step.Descent) {
            throw new IllegalArgumentException("invalid multiple recursive descent");
        }
        at += 2;
        steps.add(new Step.Descent());
        if (at < text.length() && isWord(text.codePointAt(at))) {
            steps.add(field());
        }
    }

    private Step field() {
        int start = at;
        while (!isEnd(peek())) {
            at += text.charAt(at) == '\\' && at + 1 < text.length() ? 2 : 1;
        }
        String name = text.substring(start, at);
        return name.equals("*") ? new Step.Wildcard() : new Step.Field(name.replace("\\", ""));
    }

    private Step word() {
        int start = at;
        while (!isEnd(peek())) {
            at++;
        }
        String word = text.substring(start, at);
        return word.equals("true") || word.equals("false")
                ? new Step.Constant(Boolean.valueOf(word))
                : new Step.Word(word);
    }

    private Step number() {
        int start = at++;
        while (peek() == '.' || Character.isDigit(peek())) {
            at++;
        }
        String number = text.substring(start, at);
        try {
            return new Step.Constant(
                    number.indexOf('.') < 0 ? (Object) Long.valueOf(number) : (Object) Double.valueOf(number));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("cannot parse number " + number, e);
        }
    }

    private void array(List<Step> steps) {
        int start = at;
        for (int c = next(); c != ']'; c = next()) {
            if (c == END || c == '\n') {
                throw new IllegalArgumentException("unterminated array");
            }
        }
        String inside = text.substring(start, at - 1);
        String[] parts = inside.split(",", -1);
        Matcher key = KEY.matcher(inside);
        if (parts.length > 1) {
            List<Step> union = new ArrayList<>();
            for (String part : parts) {
                union.add(inner("[" + part.strip() + "]"));
            }
            steps.add(new Step.Union(union));
        } else if (key.matches()) {
            steps.add(inner("." + key.group(1)));
        } else {
            steps.add(slice(inside.equals("*") ? ":" : inside));
        }
    }

    private static Step slice(String slice) {
        Matcher parts = SLICE.matcher(slice);
        if (!parts.matches()) {
            throw new IllegalArgumentException("invalid array index " + slice);
        }
        Integer start = index(parts.group(1));
        boolean single = parts.group(2) == null;
        Integer end = single
                ? Integer.valueOf((start == null ? 0 : start) + 1)
                : index(parts.group(2).substring(1));
        Integer step = parts.group(3) == null ? null : index(parts.group(3).substring(1));
        return new Step.Slice(start, end, step, single);
    }

    private static @Nullable Integer index(String digits) {
        try {
            return digits.isEmpty() ? null : Integer.valueOf(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("array index " + digits + " is not a number", e);
        }
    }

    private Step filter() {
        int start = at;
        int quote = END;
        boolean closed = false;
        for (int c = next(); c != ')' || quote != END && !closed; c = next()) {
            if (c == END || c == '\n') {
                throw new IllegalArgumentException("unterminated filter");
            }
            if (quote == END && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote && text.charAt(at - 2) != '\\') {
                closed = true;
            }
        }
        String condition = text.substring(start, at - 1);
        if (next() != ']') {
            throw new IllegalArgumentException("unclosed array expect ]");
        }
        Matcher comparison = COMPARISON.matcher(condition);
        return comparison.matches()
                ? new Step.Filter(inner(comparison.group(1)), inner(comparison.group(3)), comparison.group(2))
                : new Step.Filter(inner(condition), new Step.All(List.of()), "exists");
    }

    /** The text up to the quote, which has been begun. */
    private String quoted(int quote) {
        int start = at;
        for (int c = next(); c != quote || text.charAt(at - 2) == '\\'; c = next()) {
            if (c == END || c == '\n') {
                throw new IllegalArgumentException("unterminated quoted string");
            }
        }
        return unescaped(text.substring(start, at - 1), quote);
    }

    private static String unescaped(String text, int quote) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            i++;
            char escaped = i < text.length() ? text.charAt(i) : 0;
            int digits = escaped == 'x' ? 2 : escaped == 'u' ? 4 : escaped == 'U' ? 8 : 0;
            int plain = "abfnrtv\\".indexOf(escaped);
            if (plain >= 0) {
                out.append("\u0007\b\f\n\r\t\u000b\\".charAt(plain));
            } else if (escaped == quote) {
                out.append(escaped);
            } else if (digits > 0 && i + digits < text.length()) {
                out.appendCodePoint(Integer.parseInt(text, i + 1, i + 1 + digits, 16));
                i += digits;
            } else {
                throw new IllegalArgumentException(
                        "unquote string " + (char) quote + text + (char) quote + " error invalid syntax");
            }
        }
        return out.toString();
    }

    private int peek() {
        return at < text.length() ? text.codePointAt(at) : END;
    }

    private int next() {
        int c = peek();
        at += c == END ? 0 : Character.charCount(c);
        return c;
    }

    /** Whether a name ends before this character. */
    private static boolean isEnd(int c) {
        return switch (c) {
            case END, ' ', '\t', '\n', '\r', '.', ',', '[', ']', '$', '@', '{', '}' -> true;
            default -> false;
        };
    }

    private static boolean isWord(int c) {
        return c == '_' || Character.isLetterOrDigit(c);
    }
}
