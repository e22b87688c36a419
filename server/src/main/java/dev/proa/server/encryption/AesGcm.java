package dev.proa.server.encryption;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES in Galois/Counter mode; the random nonce of 12 bytes comes first, the tag of 16 bytes last. A key should be rotated before it has
 * encrypted 2^32 values.
 */
final class AesGcm implements Cryptor {
    static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;
    private final SecureRandom random;

    AesGcm(byte[] secret, SecureRandom random) {
        this.key = new SecretKeySpec(secret, "AES");
        this.random = random;
    }

    @Override
    public byte[] encrypt(byte[] context, byte[] value) throws IOException {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, context);
            byte[] stored = Arrays.copyOf(nonce, NONCE + cipher.getOutputSize(value.length));
            cipher.doFinal(value, 0, value.length, stored, NONCE);
            return stored;
        } catch (GeneralSecurityException e) {
            throw new IOException("AES-GCM failed: " + e.getMessage(), e);
        }
    }

    @Override
    public byte[] decrypt(byte[] context, byte[] stored, int from) throws IOException {
        if (stored.length - from < NONCE) {
            throw new IOException("the stored data was shorter than the required size");
        }
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, Arrays.copyOfRange(stored, from, from + NONCE), context);
            return cipher.doFinal(stored, from + NONCE, stored.length - from - NONCE);
        } catch (AEADBadTagException e) {
            throw new IOException("cipher: message authentication failed", e);
        } catch (GeneralSecurityException e) {
            throw new IOException("AES-GCM failed: " + e.getMessage(), e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, byte[] context) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context);
        return cipher;
    }
}
