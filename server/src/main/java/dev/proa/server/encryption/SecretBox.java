package dev.proa.server.encryption;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/**
 * NaCl's {@code secretbox}: XSalsa20 and Poly1305. The random nonce of 24 bytes comes first, then the tag of 16 bytes, then the encrypted value. The
 * context is not authenticated.
 */
final class SecretBox implements Cryptor {
    private static final int NONCE = 24;
    private static final int TAG = 16;
    /** The first bytes of the key stream are the key of the tag. */
    private static final int TAG_KEY = 32;

    private final byte[] secret;
    private final SecureRandom random;

    SecretBox(byte[] secret, SecureRandom random) {
        this.secret = secret.clone();
        this.random = random;
    }

    /** The cipher behind the key of the tag, and the tag's machine with that key. */
    private record Machines(XSalsa20Engine cipher, Poly1305 tag) {
        static Machines of(byte[] secret, byte[] nonce) {
            XSalsa20Engine cipher = new XSalsa20Engine();
            cipher.init(true, new ParametersWithIV(new KeyParameter(secret), nonce));
            byte[] tagKey = new byte[TAG_KEY];
            cipher.processBytes(tagKey, 0, TAG_KEY, tagKey, 0);
            Poly1305 tag = new Poly1305();
            tag.init(new KeyParameter(tagKey));
            Arrays.fill(tagKey, (byte) 0);
            return new Machines(cipher, tag);
        }
    }

    @Override
    public byte[] encrypt(byte[] context, byte[] value) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        Machines machines = Machines.of(secret, nonce);
        byte[] stored = Arrays.copyOf(nonce, NONCE + TAG + value.length);
        machines.cipher().processBytes(value, 0, value.length, stored, NONCE + TAG);
        machines.tag().update(stored, NONCE + TAG, value.length);
        machines.tag().doFinal(stored, NONCE);
        return stored;
    }

    @Override
    public byte[] decrypt(byte[] context, byte[] stored, int from) throws IOException {
        int length = stored.length - from - NONCE - TAG;
        if (length < 0) {
            throw new IOException("the stored data was shorter than the required size");
        }
        Machines machines = Machines.of(secret, Arrays.copyOfRange(stored, from, from + NONCE));
        byte[] tag = new byte[TAG];
        machines.tag().update(stored, from + NONCE + TAG, length);
        machines.tag().doFinal(tag, 0);
        if (!MessageDigest.isEqual(tag, Arrays.copyOfRange(stored, from + NONCE, from + NONCE + TAG))) {
            throw new IOException("the stored data was not encrypted by this key");
        }
        byte[] value = new byte[length];
        machines.cipher().processBytes(stored, from + NONCE + TAG, length, value, 0);
        return value;
    }
}
