package dev.proa.api.codec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The strings of a JSON text that are not Unicode, as Go's decoder reads them: the replacement character stands for each byte that is
 * not UTF-8, and for each {@code \ud800} and the like that is half of a pair. Only asked about texts that could not be read.
 */
final class Replacements {
    private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);
    private static final int ESCAPE = 6;

    private final byte[] text;
    private final ByteArrayOutputStream out;
    private boolean replaced;

    private Replacements(byte[] text) {
        this.text = text;
        this.out = new ByteArrayOutputStream(text.length + 16);
    }

    /** Replaces invalid characters; null when there are none. */
    static byte @Nullable [] in(byte[] text) {
        Replacements replacements = new Replacements(text);
        replacements.document();
        return replacements.replaced ? replacements.out.toByteArray() : null;
    }

    private void document() {
        boolean string = false;
        int at = 0;
        while (at < text.length) {
            int length = 1;
            if (text[at] == '"') {
                string = !string;
            } else if (string) {
                length = text[at] == '\\' ? escaped(at) : text[at] < 0 ? character(at) : 1;
            }
            if (length > 0) {
                out.write(text, at, length);
                at += length;
            } else {
                replaced = true;
                out.writeBytes(REPLACEMENT);
                at -= length;
            }
        }
    }

    /** The length of the escape; negative when it is to be replaced. */
    private int escaped(int at) {
        int code = code(at);
        if (code < Character.MIN_SURROGATE || code > Character.MAX_SURROGATE) {
            return Math.min(2, text.length - at);
        }
        int next = code(at + ESCAPE);
        boolean pair = code <= Character.MAX_HIGH_SURROGATE
                && next >= Character.MIN_LOW_SURROGATE
                && next <= Character.MAX_LOW_SURROGATE;
        return pair ? 2 * ESCAPE : -ESCAPE;
    }

    /** The code of an escape with four digits; -1 when there is none. */
    private int code(int at) {
        if (at + ESCAPE > text.length || text[at] != '\\' || text[at + 1] != 'u') {
            return -1;
        }
        int code = 0;
        for (int i = at + 2; i < at + ESCAPE; i++) {
            int digit = Character.digit(text[i], 16);
            if (digit < 0) {
                return -1;
            }
            code = code << 4 | digit;
        }
        return code;
    }

    /** The length of the character in bytes; -1 when its first byte is invalid. */
    private int character(int at) {
        int first = text[at] & 0xff;
        int length = first < 0xC2 || first > 0xF4 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        if (length == 0 || at + length > text.length) {
            return -1;
        }
        int code = first & 0xff >> length + 1;
        for (int i = 1; i < length; i++) {
            if ((text[at + i] & 0xC0) != 0x80) {
                return -1;
            }
            code = code << 6 | text[at + i] & 0x3F;
        }
        int least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
        boolean surrogate = code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE;
        return code < least || code > Character.MAX_CODE_POINT || surrogate ? -1 : length;
    }
}
