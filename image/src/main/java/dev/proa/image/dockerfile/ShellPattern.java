package dev.proa.image.dockerfile;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;

/**
 * Patterns of {@code ${X#pattern}} and its like: {@code *} and {@code ?}, escaped by a backslash, without brackets.
 * Matched in linear time.
 */
final class ShellPattern {
    /** Matching takes the length of the value times that of the pattern, so the latter is bounded. */
    private static final int MAX_LENGTH = 1000;

    private ShellPattern() {}

    static String trimPrefix(String value, String pattern, boolean longest) {
        Matcher matcher = compile(pattern, longest, true).matcher(value);
        return matcher.find() ? value.substring(matcher.end()) : value;
    }

    /** Reverses both, since the shortest match at the end is not what a regular expression finds. */
    static String trimSuffix(String value, String pattern, boolean longest) {
        return reverse(trimPrefix(reverse(value), reversePattern(pattern), longest));
    }

    /** @param limit the length of the result at which it fails */
    static String replace(String value, String pattern, String by, boolean all, int limit) {
        Matcher matcher = compile(pattern, true, false).matcher(value);
        StringBuilder result = new StringBuilder();
        int copied = 0;
        int from = 0;
        while (from <= value.length() && matcher.find(from)) {
            result.append(value, copied, matcher.start());
            // As in Go, an empty match right after a match does not count.
            if (matcher.end() > copied || matcher.start() == 0) {
                result.append(all ? template(by, matcher.group()) : by);
            }
            copied = matcher.end();
            if (!all) {
                break;
            }
            if (result.length() > limit) {
                throw new SyntaxProblem("expands to more than " + limit + " characters");
            }
            from = from < matcher.end()
                    ? matcher.end()
                    : from + (from < value.length() ? Character.charCount(value.codePointAt(from)) : 1);
        }
        return result.append(value, copied, value.length()).toString();
    }

    /** A replacement of all matches is a template of Go's regexp package: {@code $0} is what matched. */
    private static String template(String text, String match) {
        StringBuilder result = new StringBuilder();
        int pos = 0;
        while (pos < text.length()) {
            char c = text.charAt(pos++);
            if (c != '$') {
                result.append(c);
            } else if (pos < text.length() && text.charAt(pos) == '$') {
                result.append('$');
                pos++;
            } else {
                boolean brace = pos < text.length() && text.charAt(pos) == '{';
                int start = brace ? pos + 1 : pos;
                int end = start;
                while (end < text.length() && isName(text.charAt(end))) {
                    end++;
                }
                boolean malformed = end == start || (brace && (end == text.length() || text.charAt(end) != '}'));
                if (malformed) {
                    result.append('$');
                } else {
                    result.append(text.substring(start, end).equals("0") ? match : "");
                    pos = brace ? end + 1 : end;
                }
            }
        }
        return result.toString();
    }

    private static boolean isName(char c) {
        return c == '_' || Character.isLetterOrDigit(c);
    }

    private static Pattern compile(String pattern, boolean longest, boolean atStart) {
        if (pattern.length() > MAX_LENGTH) {
            throw new SyntaxProblem("pattern of more than " + MAX_LENGTH + " characters in substitution");
        }
        StringBuilder regex = new StringBuilder(atStart ? "^" : "");
        int pos = 0;
        while (pos < pattern.length()) {
            int c = pattern.codePointAt(pos);
            pos += Character.charCount(c);
            switch (c) {
                case '*' -> regex.append(longest ? ".*" : ".*?");
                case '?' -> regex.append('.');
                case '\\' -> {
                    int escaped = pos < pattern.length() ? pattern.codePointAt(pos) : -1;
                    if (escaped == '}' || escaped == '/') {
                        continue;
                    }
                    if (escaped != '*' && escaped != '?' && escaped != '\\') {
                        String shown = escaped < 0 ? "" : Character.toString(escaped);
                        throw new SyntaxProblem(
                                "invalid pattern (" + pattern + ") in substitution: invalid escape '\\" + shown + "'");
                    }
                    regex.append('\\').appendCodePoint(escaped);
                    pos++;
                }
                default -> regex.append(Pattern.quote(Character.toString(c)));
            }
        }
        return Pattern.compile(regex.toString());
    }

    private static String reverse(String text) {
        return new StringBuilder(text).reverse().toString();
    }

    /** Reverses a pattern but for its escapes: {@code a\*c} to {@code c\*a}. */
    private static String reversePattern(String pattern) {
        char[] reversed = new char[pattern.length()];
        int pos = 0;
        while (pos < pattern.length()) {
            int start = pos;
            if (pattern.charAt(pos) == '\\' && pos < pattern.length() - 1) {
                pos++;
            }
            pos += Character.charCount(pattern.codePointAt(pos));
            pattern.getChars(start, pos, reversed, pattern.length() - pos);
        }
        return new String(reversed);
    }
}
