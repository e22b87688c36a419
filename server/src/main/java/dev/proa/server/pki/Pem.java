package dev.proa.server.pki;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Textual encoding of certificates and keys (RFC 7468). */
final class Pem {
    private static final Base64.Encoder ENCODER = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

    private static final String BEGINS = "-----BEGIN";

    /** The label, and what follows it, at the start of a line. Possessive, so that no text takes more than linear time. */
    private static final Pattern BEGIN = Pattern.compile("(?<![^\\n])" + BEGINS + " ([A-Z0-9 ]++)-----[ \\t]*+\\r?\\n");

    private Pem() {}

    /**
     * A block of a text.
     *
     * @param headers whether lines such as {@code Proc-Type: 4,ENCRYPTED} come before the content
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Block(String label, boolean headers, byte[] content) {}

    static String encode(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + ENCODER.encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    /** The bytes of the first block labelled {@code label}. */
    static byte[] decode(String label, String text) {
        String begin = "-----BEGIN " + label + "-----";
        int start = text.indexOf(begin);
        int end = text.indexOf("-----END " + label + "-----");
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("There is no PEM block \"" + label + "\"");
        }
        return Base64.getMimeDecoder().decode(text.substring(start + begin.length(), end));
    }

    /**
     * The only block of a text, so that nobody who reads the text otherwise takes another one.
     *
     * @throws IllegalArgumentException when there is none of this label, or something else begins like a block
     */
    static byte[] only(String label, String text) {
        List<Block> blocks = blocks(text);
        if (blocks.isEmpty() || !blocks.getFirst().label().equals(label)) {
            throw new IllegalArgumentException("PEM block type must be " + label);
        }
        if (text.indexOf(BEGINS) != text.lastIndexOf(BEGINS)) {
            throw new IllegalArgumentException("there must be one PEM block only");
        }
        return blocks.getFirst().content();
    }

    /** All blocks of a text, of whatever label; what is between them, or broken, is passed over. */
    static List<Block> blocks(String text) {
        List<Block> blocks = new ArrayList<>();
        Matcher begin = BEGIN.matcher(text);
        int from = 0;
        while (begin.find(from)) {
            int end = text.indexOf("\n-----END " + begin.group(1) + "-----", begin.end() - 1);
            if (end < 0) {
                break; // to look behind each of many beginnings would take quadratic time
            }
            from = end + 1;
            String content = text.substring(begin.end(), Math.max(begin.end(), end));
            boolean headers = content.indexOf(':') >= 0;
            int body = headers ? content.lastIndexOf("\n\n") : 0;
            try {
                byte[] bytes = Base64.getDecoder()
                        .decode(content.substring(Math.max(body, 0)).replaceAll("[ \\t\\r\\n]", ""));
                blocks.add(new Block(begin.group(1), headers, bytes));
            } catch (IllegalArgumentException e) {
                continue; // as Go's decoder, which looks for the next one
            }
        }
        return blocks;
    }
}
