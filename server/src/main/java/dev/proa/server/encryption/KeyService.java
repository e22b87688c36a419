package dev.proa.server.encryption;

import java.io.IOException;
import java.util.Map;

/** A key service: {@code v2 KeyManagementService} of Kubernetes (KEP-3299). Safe for any thread; all methods may block. */
interface KeyService extends AutoCloseable {

    /**
     * How the service is.
     *
     * @param healthz {@code ok}, or what is wrong
     * @param keyId of the key by which it encrypts now
     */
    record Status(String version, String healthz, String keyId) {}

    /** What the service encrypted. */
    record Encrypted(byte[] ciphertext, String keyId, Map<String, byte[]> annotations) {}

    /** @throws IOException when it cannot be asked, within the time that it has */
    Status status() throws IOException;

    /** @throws IOException when it could not, or cannot be asked */
    Encrypted encrypt(byte[] plain, String uid) throws IOException;

    /** @throws IOException when it could not, or cannot be asked */
    byte[] decrypt(Encrypted encrypted, String uid) throws IOException;

    @Override
    void close();
}
