package dev.proa.delivery.git;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.HexFormat;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/** Public keys of SSH, and the names of the objects that hold them. */
public final class SshKeys {
    private static final int LEAST_RSA_BITS = 2048;

    private SshKeys() {}

    /**
     * Reads a key as in {@code authorized_keys} or a {@code .pub} file.
     *
     * @throws IllegalArgumentException when it is none, or a weak one
     */
    public static PublicKey parse(String line) {
        try {
            AuthorizedKeyEntry entry = AuthorizedKeyEntry.parseAuthorizedKeyEntry(line.strip());
            if (entry == null || !entry.getLoginOptions().isEmpty()) {
                throw new IllegalArgumentException(
                        "a public key is wanted, as in ~/.ssh/id_ed25519.pub, without options");
            }
            PublicKey key = entry.resolvePublicKey(null, PublicKeyEntryResolver.FAILING);
            if (key == null) {
                throw new IllegalArgumentException("keys of type " + entry.getKeyType() + " are not understood");
            }
            if (key.getAlgorithm().equals("DSA")
                    || key.getAlgorithm().equals("RSA") && KeyUtils.getKeySize(key) < LEAST_RSA_BITS) {
                throw new IllegalArgumentException("the key is weak; make one by: ssh-keygen -t ed25519");
            }
            return key;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("not a public key of SSH: " + e.getMessage(), e);
        }
    }

    /** The name of the object that holds a key: the SHA-256 of the key in hexadecimal digits. */
    public static String name(PublicKey key) {
        ByteArrayBuffer buffer = new ByteArrayBuffer();
        buffer.putRawPublicKey(key);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(buffer.getCompactData()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The fingerprint as OpenSSH prints it: {@code SHA256:...}. */
    public static String fingerprint(PublicKey key) {
        return KeyUtils.getFingerPrint(key);
    }
}
