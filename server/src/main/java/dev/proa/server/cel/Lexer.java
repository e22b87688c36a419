package dev.proa.server.cel;

import java.util.ArrayList;
import java.util.List;

/** Splits the text of an expression into tokens. */
final class Lexer {
    private static final String[] OPERATORS = {
        "==", "!=", "<=", ">=", "&&", "||", "<", ">", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":", "+",
        "*", "/", "%"
    };

    private final Source source;
    private final int[] text;
    private final List<Token> tokens = new ArrayList<>();

    enum Kind {
        END,
        IDENT,
        ESCAPED,
        INT,
        UINT,
        DOUBLE,
        STRING,
        BYTES,
        /** An operator or a keyword. */
        SIGN
    }

    /** @param start offset in code points */
    record Token(Kind kind, String text, int start) {
        boolean is(String sign) {
            return kind == Kind.SIGN && text.equals(sign);
        }
    }

    private Lexer(Source source) {
        this.source = source;
        this.text = source.text();
    }

    /** All tokens with one of kind {@code END} at the end; what is none is reported. */
    static List<Token> tokens(Source source) {
        Lexer lexer = new Lexer(source);
        int at = 0;
        while (at < lexer.text.length) {
            at = lexer.token(at);
        }
        lexer.tokens.add(new Token(Kind.END, "<EOF>", lexer.text.length));
        return lexer.tokens;
    }

    private int at(int index) {
        return index < text.length ? text[index] : -1;
    }

    private int token(int start) {
        int c = text[start];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f') {
            return start + 1;
        }
        if (c == '/' && at(start + 1) == '/') {
            int end = start;
            while (end < text.length && text[end] != '\n') {
                end++;
            }
            return end;
        }
        int string = stringStart(start);
        if (string >= 0) {
            return string(start, string);
        }
        if (isDigit(c) || c == '.' && isDigit(at(start + 1))) {
            return number(start);
        }
        if (isLetter(c)) {
            int end = start;
            while (isLetter(at(end)) || isDigit(at(end))) {
                end++;
            }
            String word = new String(text, start, end - start);
            boolean keyword = word.equals("in") || word.equals("true") || word.equals("false") || word.equals("null");
            return add(keyword ? Kind.SIGN : Kind.IDENT, start, end);
        }
        if (c == '`') {
            int end = start + 1;
            while (isLetter(at(end)) || isDigit(at(end)) || at(end) >= 0 && ".-/ ".indexOf(at(end)) >= 0) {
                end++;
            }
            if (end > start + 1 && at(end) == '`') {
                return add(Kind.ESCAPED, start, end + 1);
            }
        }
        for (String operator : OPERATORS) {
            if (c == operator.charAt(0) && (operator.length() == 1 || at(start + 1) == operator.charAt(1))) {
                return add(Kind.SIGN, start, start + operator.length());
            }
        }
        boolean half = c == '=' || c == '&' || c == '|';
        return unrecognized(start, Math.min(text.length, start + (half ? 2 : 1)));
    }

    private int unrecognized(int start, int end) {
        source.report(
                start, "Syntax error: token recognition error at: '" + new String(text, start, end - start) + "'");
        return end;
    }

    private int add(Kind kind, int start, int end) {
        tokens.add(new Token(kind, new String(text, start, end - start), start));
        return end;
    }

    private int number(int start) {
        int end = start;
        if (text[start] == '0' && at(start + 1) == 'x' && isHex(at(start + 2))) {
            end = start + 2;
            while (isHex(at(end))) {
                end++;
            }
            return at(end) == 'u' || at(end) == 'U' ? add(Kind.UINT, start, end + 1) : add(Kind.INT, start, end);
        }
        end = digits(end);
        boolean fraction = at(end) == '.' && isDigit(at(end + 1));
        if (fraction) {
            end = digits(end + 1);
        }
        int exponent = end + 1 + (at(end + 1) == '+' || at(end + 1) == '-' ? 1 : 0);
        if ((at(end) == 'e' || at(end) == 'E') && isDigit(at(exponent))) {
            return add(Kind.DOUBLE, start, digits(exponent));
        }
        if (fraction) {
            return add(Kind.DOUBLE, start, end);
        }
        return at(end) == 'u' || at(end) == 'U' ? add(Kind.UINT, start, end + 1) : add(Kind.INT, start, end);
    }

    private int digits(int from) {
        int end = from;
        while (isDigit(at(end))) {
            end++;
        }
        return end;
    }

    /** Where the quote of a string is that starts here, be it raw or bytes; -1 when none starts. */
    private int stringStart(int start) {
        int quote = start;
        if (at(quote) == 'b' || at(quote) == 'B') {
            quote++;
        }
        if (at(quote) == 'r' || at(quote) == 'R') {
            quote++;
        }
        return at(quote) == '"' || at(quote) == '\'' ? quote : -1;
    }

    private int string(int start, int open) {
        int quote = text[open];
        boolean bytes = text[start] == 'b' || text[start] == 'B';
        boolean raw = text[open - (open > start ? 1 : 0)] == 'r' || text[open - (open > start ? 1 : 0)] == 'R';
        Kind kind = bytes ? Kind.BYTES : Kind.STRING;
        if (at(open + 1) == quote && at(open + 2) == quote) {
            int end = open + 3;
            while (end < text.length && !(text[end] == quote && at(end + 1) == quote && at(end + 2) == quote)) {
                int width = raw || text[end] != '\\' ? 1 : escape(end);
                if (width < 0) {
                    return unrecognized(start, Math.min(text.length, end - width + 1));
                }
                end += width;
            }
            if (end < text.length) {
                return add(kind, start, end + 3);
            }
        }
        int end = open + 1;
        while (end < text.length && text[end] != quote && text[end] != '\n' && text[end] != '\r') {
            int width = raw || text[end] != '\\' ? 1 : escape(end);
            if (width < 0) {
                return unrecognized(start, Math.min(text.length, end - width + 1));
            }
            end += width;
        }
        return end < text.length && text[end] == quote
                ? add(kind, start, end + 1)
                : unrecognized(start, Math.min(text.length, end + 1));
    }

    /** The length of an escape sequence; when it is none, the negative offset of the character that does not fit. */
    private int escape(int start) {
        int c = at(start + 1);
        if (c >= 0 && "abfnrtv\"'\\?`".indexOf(c) >= 0) {
            return 2;
        }
        boolean octal = c >= '0' && c <= '3';
        int digits = octal ? 2 : c == 'x' || c == 'X' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        for (int i = 2; i < 2 + digits; i++) {
            if (octal ? !isOctal(at(start + i)) : !isHex(at(start + i))) {
                return -i;
            }
        }
        return digits > 0 ? 2 + digits : -1;
    }

    private static boolean isOctal(int c) {
        return c >= '0' && c <= '7';
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isHex(int c) {
        return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    private static boolean isLetter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }
}
