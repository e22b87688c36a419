package dev.proa.server.encoding;

import dev.proa.api.codec.GoText;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Says what is wrong with a JSON text in the words of Go's decoder, which Kubernetes' clients get to see. Only asked about texts that
 * could not be read: it walks through the text once, without recursion.
 */
final class JsonFaults {
    private static final String END = "unexpected end of JSON input";
    private static final int MAX_DEPTH = 10_000;

    private final byte[] text;
    private int position;
    private @Nullable String fault;

    private JsonFaults(byte[] text) {
        this.text = text;
    }

    /** The first fault of a text; null when Go would find none. */
    static @Nullable String of(byte[] text) {
        JsonFaults faults = new JsonFaults(text);
        faults.document();
        return faults.fault;
    }

    /** Values one after the other; a bit of {@code objects} tells for each depth whether it is an object or an array. */
    private void document() {
        BitSet objects = new BitSet();
        int depth = 0;
        while (fault == null) {
            int c = next("looking for beginning of value");
            if (c == '{' || c == '[') {
                if (++depth > MAX_DEPTH) {
                    fault = "exceeded max depth";
                    return;
                }
                objects.set(depth, c == '{');
                boolean empty = peek() == (c == '{' ? '}' : ']');
                if (empty) {
                    position++;
                    depth--;
                } else {
                    if (c == '{') {
                        key();
                    }
                    continue;
                }
            } else {
                scalar(c);
            }
            depth = after(objects, depth);
            if (depth < 0) {
                return;
            }
        }
    }

    /** What follows a value, up to the next one; -1 at the end or at a fault. */
    private int after(BitSet objects, int depth) {
        int open = depth;
        while (fault == null) {
            if (open == 0) {
                int c = peek();
                if (c >= 0) {
                    fault(c, "after top-level value");
                }
                return -1;
            }
            boolean object = objects.get(open);
            int c = next(object ? "after object key:value pair" : "after array element");
            if (c == ',') {
                if (object) {
                    key();
                }
                return fault == null ? open : -1;
            }
            if (c != (object ? '}' : ']')) {
                fault(c, object ? "after object key:value pair" : "after array element");
                return -1;
            }
            open--;
        }
        return -1;
    }

    private void key() {
        int c = next("looking for beginning of object key string");
        if (c != '"') {
            fault(c, "looking for beginning of object key string");
            return;
        }
        string();
        c = next("after object key");
        if (c != ':') {
            fault(c, "after object key");
        }
    }

    private void scalar(int c) {
        switch (c) {
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number(c);
            default -> fault(c, "looking for beginning of value");
        }
    }

    private void literal(String word) {
        for (int i = 1; i < word.length(); i++) {
            int c = read();
            if (c != word.charAt(i)) {
                fault(c, "in literal " + word + " (expecting '" + word.charAt(i) + "')");
                return;
            }
        }
    }

    private void number(int first) {
        int c = first == '-' ? read() : first;
        if (!isDigit(c)) {
            fault(c, "in numeric literal");
            return;
        }
        if (c != '0') {
            digits();
        }
        if (at('.')) {
            position++;
            someDigits("after decimal point in numeric literal");
        }
        if (fault == null && (at('e') || at('E'))) {
            position++;
            if (at('+') || at('-')) {
                position++;
            }
            someDigits("in exponent of numeric literal");
        }
    }

    private void someDigits(String where) {
        int c = read();
        if (isDigit(c)) {
            digits();
        } else {
            fault(c, where);
        }
    }

    private void digits() {
        while (position < text.length && isDigit(text[position])) {
            position++;
        }
    }

    private void string() {
        while (fault == null) {
            int c = read();
            if (c == '"') {
                return;
            }
            if (c < ' ') {
                fault(c, "in string literal");
            } else if (c == '\\') {
                escape();
            }
        }
    }

    private void escape() {
        int c = read();
        if (c == 'u') {
            for (int i = 0; i < 4 && fault == null; i++) {
                int digit = read();
                if (digit < 0 || Character.digit(digit, 16) < 0) {
                    fault(digit, "in \\u hexadecimal character escape");
                }
            }
        } else if (c < 0 || "\"\\/bfnrt".indexOf(c) < 0) {
            fault(c, "in string escape code");
        }
    }

    private void fault(int c, String where) {
        if (fault == null) {
            fault = c < 0 ? END : "invalid character " + quoted(c) + " " + where;
        }
    }

    private static String quoted(int c) {
        if (c == '\'') {
            return "'\\''";
        }
        if (c == '"') {
            return "'\"'";
        }
        String text = GoText.quote(String.valueOf((char) c));
        return "'" + text.substring(1, text.length() - 1) + "'";
    }

    private boolean at(char c) {
        return position < text.length && text[position] == c;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    /** The next byte that is no space; the end is a fault. */
    private int next(String where) {
        int c = peek();
        if (c < 0) {
            fault(c, where);
        } else {
            position++;
        }
        return c;
    }

    private int peek() {
        while (position < text.length && isSpace(text[position])) {
            position++;
        }
        return position < text.length ? text[position] & 0xff : -1;
    }

    private int read() {
        return position < text.length ? text[position++] & 0xff : -1;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }
}
