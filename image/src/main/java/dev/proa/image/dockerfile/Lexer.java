package dev.proa.image.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Expands one text, as BuildKit's shell lexer does: quotes, escapes and variables. Its result is the text as one word,
 * and the text split into words.
 */
final class Lexer {
    /** Braces within braces; more are refused, as each takes stack. */
    private static final int MAX_DEPTH = 100;

    private static final int END = -1;

    /**
     * What is kept and what is replaced.
     *
     * @param escape the escape character
     * @param quotes whether quotes have a meaning; otherwise they are ordinary characters
     * @param raw whether quotes and escapes stay in the result
     * @param keepUnset whether an unset variable stays as it is written
     */
    record Mode(char escape, boolean quotes, boolean keepQuotes, boolean keepEscapes, boolean keepUnset) {}

    private final String text;
    private final Mode mode;
    private final Function<String, @Nullable String> variables;
    private final int limit;
    private int pos;
    private int depth;
    private boolean keepEscapes;

    /** @param limit the length of a result at which expansion fails */
    Lexer(String text, Mode mode, int limit, Function<String, @Nullable String> variables) {
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        this.mode = mode;
        this.variables = variables;
        this.limit = limit;
        this.keepEscapes = mode.keepEscapes();
    }

    /** The whole text as one word. */
    String word() {
        return run(null);
    }

    /** The words of the text; empty ones vanish, even if quoted. */
    List<String> words() {
        WordList words = new WordList();
        run(words);
        return words.finish();
    }

    private String run(@Nullable WordList words) {
        try {
            return until(END, mode.keepEscapes(), words);
        } catch (SyntaxProblem e) {
            throw new SyntaxProblem("failed to process \"" + shortened(text) + "\": " + e.getMessage());
        }
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }

    /** Collects words while the result of the whole grows. */
    private static final class WordList {
        private final List<String> words = new ArrayList<>();
        private final StringBuilder current = new StringBuilder();

        void add(String part) {
            for (int i = 0; i < part.length(); i++) {
                char c = part.charAt(i);
                if (!Space.is(c)) {
                    current.append(c);
                } else {
                    flush();
                }
            }
        }

        void addRaw(String part) {
            current.append(part);
        }

        private void flush() {
            if (!current.isEmpty()) {
                words.add(current.toString());
                current.setLength(0);
            }
        }

        List<String> finish() {
            flush();
            return words;
        }
    }

    private String until(int stop, boolean escapesKept, @Nullable WordList words) {
        boolean before = keepEscapes;
        keepEscapes = escapesKept;
        if (++depth > MAX_DEPTH) {
            throw new SyntaxProblem("more than " + MAX_DEPTH + " substitutions in one another");
        }
        StringBuilder result = new StringBuilder();
        while (peek() != END) {
            int c = peek();
            if (c == stop) {
                pos++;
                keepEscapes = before;
                depth--;
                return result.toString();
            }
            String part = piece(c);
            result.append(part);
            if (result.length() > limit) {
                throw new SyntaxProblem("expands to more than " + limit + " characters");
            }
            if (words != null) {
                if (c == '$' || !(isSpecial(c) || c == mode.escape())) {
                    words.add(part);
                } else {
                    words.addRaw(part);
                }
            }
        }
        if (stop != END) {
            throw new SyntaxProblem(
                    "unexpected end of statement while looking for matching " + Character.toString(stop));
        }
        keepEscapes = before;
        depth--;
        return result.toString();
    }

    private boolean isSpecial(int c) {
        return c == '$' || c == '<' || (mode.quotes() && (c == '\'' || c == '"'));
    }

    /** What the text from here on gives, up to the next piece. */
    private String piece(int c) {
        if (c == '$') {
            return dollar();
        }
        if (c == '<') {
            return heredocMark();
        }
        if (c == '\'' && mode.quotes()) {
            return singleQuoted();
        }
        if (c == '"' && mode.quotes()) {
            return doubleQuoted();
        }
        if (c != mode.escape()) {
            return plain();
        }
        pos++;
        String kept = keepEscapes ? String.valueOf(mode.escape()) : "";
        return peek() == END ? kept : kept + next();
    }

    /** The run of characters without any meaning here, at least one. */
    private String plain() {
        int start = pos;
        pos++;
        while (pos < text.length()) {
            char c = text.charAt(pos);
            if (isSpecial(c) || c == mode.escape() || c == '}' || c == '/') {
                break;
            }
            pos++;
        }
        return text.substring(start, pos);
    }

    private String singleQuoted() {
        int end = text.indexOf('\'', pos + 1);
        if (end < 0) {
            pos = text.length();
            throw new SyntaxProblem("unexpected end of statement while looking for matching single-quote");
        }
        String quoted = mode.keepQuotes() ? text.substring(pos, end + 1) : text.substring(pos + 1, end);
        pos = end + 1;
        return quoted;
    }

    private String doubleQuoted() {
        StringBuilder result = new StringBuilder();
        String quote = mode.keepQuotes() ? "\"" : "";
        pos++;
        result.append(quote);
        while (peek() != END) {
            int c = peek();
            if (c == '"') {
                pos++;
                return result.append(quote).toString();
            }
            if (c == '$') {
                result.append(dollar());
            } else if (c == mode.escape()) {
                escapedInQuotes(result);
            } else {
                result.append(next());
            }
            if (result.length() > limit) {
                throw new SyntaxProblem("expands to more than " + limit + " characters");
            }
        }
        throw new SyntaxProblem("unexpected end of statement while looking for matching double-quote");
    }

    /** Within double quotes only the quote, the dollar and the escape character itself can be escaped. */
    private void escapedInQuotes(StringBuilder result) {
        pos++;
        int c = peek();
        if (keepEscapes) {
            result.append(mode.escape());
        }
        if (c == '"' || c == '$' || c == mode.escape()) {
            result.append(next());
        } else if (c != END) {
            result.append(mode.escape());
        }
    }

    /** {@code <}, or {@code <<} with the blanks that may stand between it and the name of a heredoc. */
    private String heredocMark() {
        int start = pos++;
        if (peek() == '<') {
            pos++;
            while (peek() == '\t' || peek() == '\r' || peek() == ' ') {
                pos++;
            }
        }
        return text.substring(start, pos);
    }

    private String dollar() {
        pos++;
        if (peek() != '{') {
            String name = name();
            if (name.isEmpty()) {
                return "$";
            }
            String value = variables.apply(name);
            return value != null ? value : mode.keepUnset() ? "$" + name : "";
        }
        pos++;
        int c = peek();
        if (c == END) {
            throw new SyntaxProblem("syntax error: missing '}'");
        }
        if (c == '{' || c == '}' || c == ':') {
            throw new SyntaxProblem("syntax error: bad substitution");
        }
        String name = name();
        int operator = peek();
        pos++;
        return switch (operator) {
            case '}' -> {
                String value = variables.apply(name);
                yield value != null ? value : mode.keepUnset() ? "${" + name + "}" : "";
            }
            case ':' -> {
                int second = peek();
                pos++;
                yield substitution(name, second, true);
            }
            case '+', '-', '?', '#', '%' -> substitution(name, operator, false);
            case '/' -> replacement(name);
            default -> throw unsupported(operator == END ? "" : Character.toString(operator));
        };
    }

    private static SyntaxProblem unsupported(String modifier) {
        return new SyntaxProblem("unsupported modifier (" + modifier + ") in substitution");
    }

    private String substitution(String name, int operator, boolean emptyIsUnset) {
        String written = (emptyIsUnset ? ":" : "") + (operator == END ? "" : Character.toString(operator));
        boolean pattern = operator == '#' || operator == '%';
        if (emptyIsUnset && pattern) {
            throw unsupported(written);
        }
        String word = operand('}', pattern, "'}'");
        String value = variables.apply(name);
        if (value == null && mode.keepUnset()) {
            return "${" + name + written + word + "}";
        }
        boolean absent = value == null || (emptyIsUnset && value.isEmpty());
        String present = value == null ? "" : value;
        return switch (operator) {
            case '-' -> absent ? word : present;
            case '+' -> absent ? "" : word;
            case '?' -> {
                if (absent) {
                    String reason = value == null ? "is not allowed to be unset" : "is not allowed to be empty";
                    throw new SyntaxProblem(name + ": " + (word.isEmpty() ? reason : word));
                }
                yield present;
            }
            case '#', '%' -> {
                boolean longest = !word.isEmpty() && word.charAt(0) == operator;
                String glob = longest ? word.substring(1) : word;
                yield operator == '#'
                        ? ShellPattern.trimPrefix(present, glob, longest)
                        : ShellPattern.trimSuffix(present, glob, longest);
            }
            default -> throw unsupported(written);
        };
    }

    private String replacement(String name) {
        boolean all = peek() == '/';
        if (all) {
            pos++;
        }
        String pattern = operand('/', true, "'/' in ${}");
        String by = operand('}', true, "'}'");
        String value = variables.apply(name);
        if (value == null && mode.keepUnset()) {
            return "${" + name + "/" + pattern + "/" + by + "}";
        }
        return ShellPattern.replace(value == null ? "" : value, pattern, by, all, limit);
    }

    private String operand(char stop, boolean escapesKept, String missing) {
        try {
            return until(stop, escapesKept, null);
        } catch (SyntaxProblem e) {
            if (peek() == END) {
                throw new SyntaxProblem("syntax error: missing " + missing);
            }
            throw e;
        }
    }

    /** A variable's name, digits, or one special parameter such as {@code @}; empty if none is here. */
    private String name() {
        int start = pos;
        int first = peek();
        if (first == END) {
            return "";
        }
        if (Character.isDigit(first)) {
            while (peek() != END && Character.isDigit(peek())) {
                next();
            }
        } else if ("@*#?-$!".indexOf(first) >= 0) {
            pos++;
        } else {
            while (peek() != END && (Character.isLetterOrDigit(peek()) || peek() == '_')) {
                next();
            }
        }
        return text.substring(start, pos);
    }

    private int peek() {
        return pos < text.length() ? text.codePointAt(pos) : END;
    }

    private String next() {
        String c = Character.toString(peek());
        pos += c.length();
        return c;
    }
}
