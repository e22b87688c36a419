package dev.proa.delivery.analysis.expression;

import dev.proa.delivery.analysis.expression.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Splits an expression into words. */
final class Lexer {
    /** Names that are operators. */
    private static final Set<String> WORDS =
            Set.of("and", "or", "not", "in", "contains", "startsWith", "endsWith", "matches", "let");
    /** Longer ones first. */
    private static final List<String> OPERATORS = List.of(
            "**", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "?:", "..", "+", "-", "*", "/", "%", "^", "<", ">",
            "!", "?", ":", "|", "=", "(", ")", "[", "]", "{", "}", ",", ".", ";", "#");

    private final String text;
    private int at;

    private Lexer(String text) {
        this.text = text;
    }

    /** @throws ExpressionException when there is something that is no word */
    static List<Token> tokens(String text) {
        Lexer lexer = new Lexer(text);
        List<Token> tokens = new ArrayList<>();
        lexer.skip();
        while (lexer.at < text.length()) {
            tokens.add(lexer.next());
            lexer.skip();
        }
        tokens.add(new Token(Kind.END, "end of the expression", null));
        return tokens;
    }

    /** Skips white space and comments. */
    private void skip() {
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else if (text.startsWith("//", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at)) {
                int end = text.indexOf("*/", at + 2);
                if (end < 0) {
                    throw new ExpressionException("unclosed comment");
                }
                at = end + 2;
            } else {
                return;
            }
        }
    }

    private Token next() {
        char c = text.charAt(at);
        if (isDigit(c) || c == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1))) {
            return number();
        }
        if (c == '"' || c == '\'') {
            return quoted(c);
        }
        if (c == '`') {
            int end = text.indexOf('`', at + 1);
            if (end < 0) {
                throw new ExpressionException("literal not terminated");
            }
            Token token = new Token(Kind.TEXT, text.substring(at + 1, end), null);
            at = end + 1;
            return token;
        }
        if (Character.isJavaIdentifierStart(c)) {
            int start = at;
            while (at < text.length() && Character.isJavaIdentifierPart(text.charAt(at))) {
                at++;
            }
            String name = text.substring(start, at);
            return new Token(WORDS.contains(name) ? Kind.OPERATOR : Kind.NAME, name, null);
        }
        for (String operator : OPERATORS) {
            if (text.startsWith(operator, at)) {
                at += operator.length();
                return new Token(Kind.OPERATOR, operator, null);
            }
        }
        throw new ExpressionException("unrecognized character: U+%04X '%c'".formatted((int) c, c));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private Token number() {
        int start = at;
        int radix = text.startsWith("0x", at) || text.startsWith("0X", at)
                ? 16
                : text.startsWith("0b", at) ? 2 : text.startsWith("0o", at) ? 8 : 10;
        at += radix == 10 ? 0 : 2;
        boolean fraction = false;
        while (at < text.length()) {
            char c = text.charAt(at);
            boolean exponent = radix == 10 && (c == 'e' || c == 'E');
            boolean sign = (c == '+' || c == '-') && "eE".indexOf(text.charAt(at - 1)) >= 0 && radix == 10;
            boolean point = radix == 10 && c == '.' && !text.startsWith("..", at);
            if (!(Character.digit(c, radix) >= 0 || c == '_' || exponent || sign && at > start || point)) {
                break;
            }
            fraction |= exponent || point;
            at++;
        }
        String digits = text.substring(start, at).replace("_", "");
        try {
            Object value = fraction
                    ? (Object) Double.valueOf(digits)
                    : (Object) Long.valueOf(radix == 10 ? digits : digits.substring(2), radix);
            return new Token(Kind.NUMBER, digits, value);
        } catch (NumberFormatException e) {
            throw new ExpressionException("bad number syntax: \"" + digits + "\"");
        }
    }

    private Token quoted(char quote) {
        StringBuilder content = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at++);
            content.append(c == '\\' ? escaped() : String.valueOf(c));
        }
        if (at >= text.length()) {
            throw new ExpressionException("literal not terminated");
        }
        at++;
        return new Token(Kind.TEXT, content.toString(), null);
    }

    private String escaped() {
        char c = at < text.length() ? text.charAt(at++) : ' ';
        return switch (c) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case 'a' -> "\u0007";
            case 'b' -> "\b";
            case 'f' -> "\f";
            case 'v' -> "\u000b";
            case '\\', '\'', '"' -> String.valueOf(c);
            case 'x' -> code(2);
            case 'u' -> code(4);
            case 'U' -> code(8);
            default -> throw new ExpressionException("invalid char escape");
        };
    }

    private String code(int digits) {
        try {
            int code = Integer.parseInt(text, at, at + digits, 16);
            at += digits;
            return Character.toString(code);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new ExpressionException("invalid char escape");
        }
    }
}
