package dev.proa.api.selector;

import dev.proa.api.selector.Requirement.Operator;
import dev.proa.api.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Parses label selectors. Requirements are separated by commas:
 *
 * <pre>
 * requirement = key | "!" key | key ("=" | "==" | "!=" | "&lt;" | "&gt;") value | key ("in" | "notin") "(" value, ... ")"
 * </pre>
 *
 * Errors have the texts of Kubernetes, whose parser looks one token ahead as this one does.
 */
final class LabelSelectorParser {
    private enum Kind {
        WORD,
        SYMBOL,
        BAD,
        END
    }

    private record Token(Kind kind, String text) {
        boolean is(String symbol) {
            return kind == Kind.SYMBOL && text.equals(symbol);
        }

        boolean isWord() {
            return kind == Kind.WORD;
        }

        boolean isEnd() {
            return kind == Kind.END;
        }
    }

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    LabelSelectorParser(String text) {
        this.text = text;
        scan();
    }

    List<Requirement> parse() {
        List<Requirement> requirements = new ArrayList<>();
        while (true) {
            Token next = tokens.get(at);
            if (next.isEnd()) {
                return requirements;
            }
            if (!next.isWord() && !next.is("!")) {
                throw found(next, "expected: !, identifier, or 'end of string'");
            }
            try {
                requirements.add(requirement());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("unable to parse requirement: " + e.getMessage(), e);
            }
            Token after = tokens.get(at++);
            if (after.isEnd()) {
                return requirements;
            }
            if (!after.is(",")) {
                throw found(after, "expected: ',' or 'end of string'");
            }
            Token following = tokens.get(at);
            if (!following.isWord() && !following.is("!")) {
                throw found(following, "expected: identifier after ','");
            }
        }
    }

    private static IllegalArgumentException found(Token token, String expected) {
        return new IllegalArgumentException("found '" + token.text + "', " + expected);
    }

    private Requirement requirement() {
        Token key = tokens.get(at++);
        boolean not = key.is("!");
        if (not) {
            key = tokens.get(at++);
        }
        if (!key.isWord()) {
            throw found(key, "expected: identifier");
        }
        for (FieldError error : LabelRules.keyErrors("<nil>", key.text)) {
            throw new IllegalArgumentException(error.summary());
        }
        if (not) {
            return Requirement.of(key.text, Operator.DOES_NOT_EXIST, List.of());
        }
        if (tokens.get(at).isEnd() || tokens.get(at).is(",")) {
            return Requirement.of(key.text, Operator.EXISTS, List.of());
        }
        Token sign = tokens.get(at++);
        Operator operator = operator(sign);
        if (operator == null) {
            throw found(sign, "expected: in, notin, =, ==, !=, gt, lt");
        }
        List<String> values = operator == Operator.IN || operator == Operator.NOT_IN ? values() : List.of(value());
        return Requirement.of(key.text, operator, values);
    }

    private static @Nullable Operator operator(Token token) {
        return switch (token.text) {
            case "in" -> Operator.IN;
            case "notin" -> Operator.NOT_IN;
            case "=" -> Operator.EQUALS;
            case "==" -> Operator.DOUBLE_EQUALS;
            case "!=" -> Operator.NOT_EQUALS;
            case ">" -> Operator.GREATER_THAN;
            case "<" -> Operator.LESS_THAN;
            default -> null;
        };
    }

    private String value() {
        if (tokens.get(at).isEnd() || tokens.get(at).is(",")) {
            return "";
        }
        Token value = tokens.get(at++);
        if (!value.isWord()) {
            throw found(value, "expected: identifier");
        }
        return value.text;
    }

    /** Parses a list in parentheses; nothing between two commas is an empty value. */
    private List<String> values() {
        Token open = tokens.get(at++);
        if (!open.is("(")) {
            throw new IllegalArgumentException("found '" + open.text + "' expected: '('");
        }
        Token first = tokens.get(at);
        if (first.is(")")) {
            at++;
            return List.of("");
        }
        if (!first.isWord() && !first.is(",")) {
            throw found(first, "expected: ',', ')' or identifier");
        }
        TreeSet<String> values = new TreeSet<>();
        while (true) {
            Token token = tokens.get(at++);
            Token next = tokens.get(Math.min(at, tokens.size() - 1));
            if (token.isWord()) {
                values.add(token.text);
                if (next.is(")")) {
                    break;
                }
                if (!next.is(",")) {
                    throw found(next, "expected: ',' or ')'");
                }
            } else if (token.is(",")) {
                if (values.isEmpty() || next.is(",") || next.is(")")) {
                    values.add("");
                }
                if (next.is(")")) {
                    break;
                }
            } else {
                throw found(token, "expected: ',', or identifier");
            }
        }
        at++; // the closing parenthesis
        return List.copyOf(values);
    }

    private void scan() {
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (isSpace(c)) {
                i++;
            } else if (isSymbol(c)) {
                i = scanSymbol(i);
            } else {
                int end = i;
                while (end < text.length() && !isSpace(text.charAt(end)) && !isSymbol(text.charAt(end))) {
                    end++;
                }
                tokens.add(new Token(Kind.WORD, text.substring(i, end)));
                i = end;
            }
        }
        tokens.add(new Token(Kind.END, ""));
    }

    /** Scans the longest symbol that starts here. */
    private int scanSymbol(int from) {
        if (text.startsWith("==", from) || text.startsWith("!=", from)) {
            tokens.add(new Token(Kind.SYMBOL, text.substring(from, from + 2)));
            return from + 2;
        }
        tokens.add(new Token(Kind.SYMBOL, text.substring(from, from + 1)));
        return from + 1;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static boolean isSymbol(char c) {
        return "=!(),><".indexOf(c) >= 0;
    }
}
