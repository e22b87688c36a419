package dev.proa.server.encryption;

import java.io.IOException;

/** Encrypts and decrypts values by one key, or by a key service. Safe for any thread. */
interface Cryptor {

    /**
     * Encrypts a value.
     *
     * @param context what belongs to the value and is not secret; it must be the same for {@link #decrypt}
     * @throws IOException when the key cannot be used; the message has no secrets in it
     */
    byte[] encrypt(byte[] context, byte[] value) throws IOException;

    /**
     * Decrypts what {@link #encrypt} made.
     *
     * @param from where it begins in {@code stored}
     * @throws IOException when it was not made by this key, or with another context where the cipher can tell; the message has no secrets in it
     */
    byte[] decrypt(byte[] context, byte[] stored, int from) throws IOException;

    /** Whether what is stored would be stored otherwise today, though by the same provider. */
    default boolean isStale(byte[] stored, int from) {
        return false;
    }

    /** Releases connections. Idempotent. */
    default void close() {}
}
