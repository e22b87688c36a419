package dev.proa.server.encryption;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES in CBC mode with PKCS #7 padding; the random initialization vector comes first. The context is not authenticated. */
final class AesCbc implements Cryptor {
    private static final int BLOCK = 16;

    private final SecretKeySpec key;
    private final SecureRandom random;

    AesCbc(byte[] secret, SecureRandom random) {
        this.key = new SecretKeySpec(secret, "AES");
        this.random = random;
    }

    @Override
    public byte[] encrypt(byte[] context, byte[] value) throws IOException {
        byte[] vector = new byte[BLOCK];
        random.nextBytes(vector);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, vector);
            byte[] stored = Arrays.copyOf(vector, BLOCK + cipher.getOutputSize(value.length));
            cipher.doFinal(value, 0, value.length, stored, BLOCK);
            return stored;
        } catch (GeneralSecurityException e) {
            throw new IOException("AES-CBC failed: " + e.getMessage(), e);
        }
    }

    @Override
    public byte[] decrypt(byte[] context, byte[] stored, int from) throws IOException {
        int length = stored.length - from - BLOCK;
        if (length < 0) {
            throw new IOException("the stored data was shorter than the required size");
        }
        if (length % BLOCK != 0) {
            throw new IOException("the stored data is not a multiple of the block size");
        }
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, Arrays.copyOfRange(stored, from, from + BLOCK));
            return cipher.doFinal(stored, from + BLOCK, length);
        } catch (BadPaddingException e) {
            throw new IOException("invalid padding on input", e);
        } catch (GeneralSecurityException e) {
            throw new IOException("AES-CBC failed: " + e.getMessage(), e);
        }
    }

    private Cipher cipher(int mode, byte[] vector) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(mode, key, new IvParameterSpec(vector));
        return cipher;
    }
}
