package dev.proa.delivery.gitlab;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The expressions of {@code rules:if}: variables, texts in quotes, {@code null}, {@code ==}, {@code !=}, {@code =~}, {@code !~}, {@code &&}, {@code ||} and
 * parentheses. A variable alone holds when it is there and not empty.
 */
final class RuleExpression {
    private final String text;
    private int at;

    private RuleExpression(String text) {
        this.text = text;
    }

    /** What an expression needs to be evaluated. */
    @FunctionalInterface
    interface Condition {
        boolean holds(Map<String, String> variables);
    }

    /** A value: a text, or null for a variable that is not there. */
    private interface Operand extends Function<Map<String, String>, @Nullable String> {}

    /** @throws IllegalArgumentException when it is broken; the message says where */
    static Condition parse(String text) {
        RuleExpression parser = new RuleExpression(text);
        Condition condition = parser.or(0);
        parser.space();
        if (parser.at < text.length()) {
            throw parser.wrong("unexpected '" + text.substring(parser.at) + "'");
        }
        return condition;
    }

    private Condition or(int depth) {
        if (depth > 50) {
            throw wrong("too many parentheses");
        }
        Condition left = and(depth);
        while (take("||")) {
            Condition first = left;
            Condition second = and(depth);
            left = variables -> first.holds(variables) || second.holds(variables);
        }
        return left;
    }

    private Condition and(int depth) {
        Condition left = comparison(depth);
        while (take("&&")) {
            Condition first = left;
            Condition second = comparison(depth);
            left = variables -> first.holds(variables) && second.holds(variables);
        }
        return left;
    }

    private Condition comparison(int depth) {
        if (take("(")) {
            Condition inner = or(depth + 1);
            if (!take(")")) {
                throw wrong("a ) is missing");
            }
            return inner;
        }
        Operand left = operand();
        if (take("==")) {
            Operand right = operand();
            return variables -> java.util.Objects.equals(left.apply(variables), right.apply(variables));
        }
        if (take("!=")) {
            Operand right = operand();
            return variables -> !java.util.Objects.equals(left.apply(variables), right.apply(variables));
        }
        if (take("=~")) {
            return match(left, false);
        }
        if (take("!~")) {
            return match(left, true);
        }
        return variables -> {
            String value = left.apply(variables);
            return value != null && !value.isEmpty();
        };
    }

    private Condition match(Operand left, boolean negated) {
        space();
        if (at < text.length() && text.charAt(at) == '/') {
            Pattern pattern = pattern(regex());
            return variables -> found(pattern, left.apply(variables)) != negated;
        }
        // The pattern may be in a variable; one that is none matches as a text.
        Operand right = operand();
        return variables -> {
            String source = right.apply(variables);
            String value = left.apply(variables);
            if (source == null) {
                return negated;
            }
            boolean slashed = source.length() > 1 && source.startsWith("/") && source.lastIndexOf('/') > 0;
            return (slashed ? found(pattern(source), value) : value != null && value.contains(source)) != negated;
        };
    }

    private static boolean found(Pattern pattern, @Nullable String value) {
        return value != null && pattern.matcher(value).find();
    }

    /** A pattern between slashes with its flags. */
    static Pattern pattern(String slashed) {
        int end = slashed.lastIndexOf('/');
        int flags = slashed.indexOf('i', end) > 0 ? Pattern.CASE_INSENSITIVE : 0;
        try {
            return Pattern.compile(slashed.substring(1, end).replace("\\/", "/"), flags);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("the pattern " + slashed + " is invalid: " + e.getDescription(), e);
        }
    }

    private String regex() {
        int start = at++;
        while (at < text.length() && text.charAt(at) != '/') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        if (at >= text.length()) {
            throw wrong("the pattern has no / at its end");
        }
        at++;
        while (at < text.length() && "imsu".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return text.substring(start, at);
    }

    private Operand operand() {
        space();
        if (at == text.length()) {
            throw wrong("something is missing at the end");
        }
        char first = text.charAt(at);
        if (first == '"' || first == '\'') {
            int end = text.indexOf(first, at + 1);
            if (end < 0) {
                throw wrong("a " + first + " is missing at the end");
            }
            String value = text.substring(at + 1, end);
            at = end + 1;
            return variables -> value;
        }
        if (first == '$') {
            return variable();
        }
        if (text.startsWith("null", at)) {
            at += 4;
            return variables -> null;
        }
        throw wrong("unexpected '" + text.substring(at) + "': texts stand in quotes, variables after $");
    }

    private Operand variable() {
        int start = ++at;
        boolean braces = at < text.length() && text.charAt(at) == '{';
        if (braces) {
            start = ++at;
        }
        while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
            at++;
        }
        String name = text.substring(start, at);
        if (name.isEmpty() || braces && (at == text.length() || text.charAt(at++) != '}')) {
            throw wrong("a name is missing after $");
        }
        return variables -> variables.get(name);
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean take(String symbol) {
        space();
        if (text.startsWith(symbol, at)) {
            at += symbol.length();
            return true;
        }
        return false;
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what + ", at position " + (at + 1) + " of: " + text);
    }
}
