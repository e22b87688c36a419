package dev.proa.server.encryption;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Leaves values as they are, and refuses those that are encrypted. */
final class Identity implements Cryptor {
    private static final byte[] ENCRYPTED = "k8s:enc:".getBytes(StandardCharsets.US_ASCII);

    @Override
    public byte[] encrypt(byte[] context, byte[] value) {
        return value;
    }

    @Override
    public byte[] decrypt(byte[] context, byte[] stored, int from) throws IOException {
        if (startsWith(stored, ENCRYPTED)) {
            throw new IOException("identity transformer tried to read encrypted data");
        }
        return from == 0 ? stored : Arrays.copyOfRange(stored, from, stored.length);
    }

    static boolean startsWith(byte[] stored, byte[] prefix) {
        return stored.length >= prefix.length && Arrays.equals(stored, 0, prefix.length, prefix, 0, prefix.length);
    }
}
