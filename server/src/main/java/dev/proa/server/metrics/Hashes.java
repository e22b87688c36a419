package dev.proa.server.metrics;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What metrics show instead of names and contents that may be confidential or long: {@code sha256:} and the SHA-256 in hexadecimal digits. */
public final class Hashes {
    /** The label {@code apiserver_id_hash}. All API servers have one name. */
    public static final String SERVER = sha256("apiserver");

    private Hashes() {}

    /** Empty for an empty text. */
    public static String sha256(String text) {
        return text.isEmpty() ? "" : sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    public static String sha256(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java has no SHA-256", e);
        }
    }
}
