package dev.proa.server.authentication;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Digests of tokens under a random key (HMAC with SHA-256), to look tokens up without keeping them. Safe for any thread. */
final class TokenDigest {
    private static final String ALGORITHM = "HmacSHA256";

    private final Mac prototype;

    TokenDigest() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        try {
            prototype = Mac.getInstance(ALGORITHM);
            prototype.init(new SecretKeySpec(random, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JDK has no HMAC with SHA-256", e);
        }
    }

    private Mac copy() {
        try {
            return (Mac) prototype.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("This JDK cannot copy an HMAC", e);
        }
    }

    /** The digest of texts; those of other texts are others. */
    String of(String... texts) {
        Mac digest = copy();
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            for (int shift = 24; shift >= 0; shift -= 8) {
                digest.update((byte) (bytes.length >>> shift));
            }
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.doFinal());
    }
}
