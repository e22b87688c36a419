package dev.proa.server.cel;

import dev.proa.server.cel.Lexer.Token;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The values of literals. */
final class Literals {
    private static final String UNESCAPABLE = "unable to unescape string";

    private Literals() {}

    /**
     * The value of a literal.
     *
     * @throws IllegalArgumentException with the error's text when it has none
     */
    static Object value(Token token, String sign) {
        String text = token.text();
        return switch (token.kind()) {
            case INT -> integer(sign, text);
            case UINT -> unsigned(text.substring(0, text.length() - 1));
            case DOUBLE -> floating(sign + text);
            case BYTES -> new Bytes(unescaped(text.substring(1), true));
            default -> new String(unescaped(text, false), StandardCharsets.UTF_8);
        };
    }

    private static long integer(String sign, String text) {
        try {
            return text.startsWith("0x") ? Long.parseLong(sign + text.substring(2), 16) : Long.parseLong(sign + text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("invalid int literal", e);
        }
    }

    private static UInt unsigned(String text) {
        try {
            return new UInt(
                    text.startsWith("0x")
                            ? Long.parseUnsignedLong(text.substring(2), 16)
                            : Long.parseUnsignedLong(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("invalid uint literal", e);
        }
    }

    private static double floating(String text) {
        double number = Double.parseDouble(text);
        if (Double.isInfinite(number)) {
            throw new IllegalArgumentException("invalid double literal");
        }
        return number;
    }

    private static byte[] unescaped(String literal, boolean bytes) {
        String text = literal.replace("\r\n", "\n").replace('\r', '\n');
        boolean raw = text.charAt(0) == 'r' || text.charAt(0) == 'R';
        int quotes = raw ? 1 : 0;
        String quote = text.substring(quotes, quotes + 1);
        int width = text.startsWith(quote.repeat(3), quotes) && text.length() >= quotes + 6 ? 3 : 1;
        String content = text.substring(quotes + width, text.length() - width);
        if (raw || content.indexOf('\\') < 0) {
            return content.getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length());
        int at = 0;
        while (at < content.length()) {
            if (content.charAt(at) == '\\') {
                at = escape(content, at + 1, bytes, out);
            } else {
                int end = content.indexOf('\\', at);
                end = end < 0 ? content.length() : end;
                out.writeBytes(content.substring(at, end).getBytes(StandardCharsets.UTF_8));
                at = end;
            }
        }
        return out.toByteArray();
    }

    /** Writes what follows a backslash; returns where it ends. */
    private static int escape(String text, int at, boolean bytes, ByteArrayOutputStream out) {
        char c = text.charAt(at);
        int plain = "abfnrtv\\'\"`?".indexOf(c);
        if (plain >= 0) {
            out.write("\u0007\b\f\n\r\t\u000b\\'\"`?".charAt(plain));
            return at + 1;
        }
        int start = c >= '0' && c <= '3' ? at : at + 1;
        int digits = c >= '0' && c <= '3' ? 3 : c == 'u' ? 4 : c == 'U' ? 8 : 2;
        if (bytes && digits > 3) {
            throw new IllegalArgumentException(UNESCAPABLE);
        }
        long value = Long.parseLong(text.substring(start, start + digits), digits == 3 ? 8 : 16);
        if (bytes) {
            out.write((int) value);
        } else if (value > Character.MAX_CODE_POINT || value >= 0xD800 && value <= 0xDFFF) {
            throw new IllegalArgumentException("invalid unicode code point");
        } else {
            out.writeBytes(Character.toString((int) value).getBytes(StandardCharsets.UTF_8));
        }
        return start + digits;
    }
}
