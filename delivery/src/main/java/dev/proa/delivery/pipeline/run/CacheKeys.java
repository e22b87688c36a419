package dev.proa.delivery.pipeline.run;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Texts of users as names of files and tags. */
final class CacheKeys {
    private CacheKeys() {}

    /** The SHA-256 of a text, in hexadecimal digits. */
    static String hash(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** The SHA-256 of several of them. */
    static String hashOfHashes(List<String> hashes) {
        MessageDigest all = sha256();
        hashes.forEach(one -> all.update(HexFormat.of().parseHex(one)));
        return HexFormat.of().formatHex(all.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
