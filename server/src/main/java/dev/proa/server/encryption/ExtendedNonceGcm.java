package dev.proa.server.encryption;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-GCM by a new key for each value, which HKDF-SHA256 expands from a seed and 32 random bytes; these come first. A seed can encrypt any number of
 * values.
 */
final class ExtendedNonceGcm implements Cryptor {
    static final int SEED = 32;
    private static final int INFO = 32;
    private static final int KEY = 32;

    private final SecretKeySpec seed;
    private final SecureRandom random;

    /** @throws IOException when the seed is too short */
    ExtendedNonceGcm(byte[] seed, SecureRandom random) throws IOException {
        if (seed.length < SEED) {
            throw new IOException("invalid seed length " + seed.length + " used for key generation");
        }
        this.seed = new SecretKeySpec(seed, "HKDF");
        this.random = random;
    }

    private AesGcm derived(byte[] info) throws IOException {
        try {
            return new AesGcm(
                    KDF.getInstance("HKDF-SHA256").deriveData(HKDFParameterSpec.expandOnly(seed, info, KEY)), random);
        } catch (GeneralSecurityException e) {
            throw new IOException("failed to KDF expand seed with info: " + e.getMessage(), e);
        }
    }

    @Override
    public byte[] encrypt(byte[] context, byte[] value) throws IOException {
        byte[] info = new byte[INFO];
        random.nextBytes(info);
        byte[] encrypted = derived(info).encrypt(context, value);
        byte[] stored = Arrays.copyOf(info, INFO + encrypted.length);
        System.arraycopy(encrypted, 0, stored, INFO, encrypted.length);
        return stored;
    }

    @Override
    public byte[] decrypt(byte[] context, byte[] stored, int from) throws IOException {
        if (stored.length - from < INFO) {
            throw new IOException("the stored data was shorter than the required size");
        }
        return derived(Arrays.copyOfRange(stored, from, from + INFO)).decrypt(context, stored, from + INFO);
    }
}
