package dev.proa.server.pki;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Textual encoding of certificates and keys (RFC 7468). */
final class Pem {
    private static final Base64.Encoder ENCODER = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

    private Pem() {}

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
}
