package dev.proa.server.encryption;

import dev.proa.http.grpc.Wire;
import dev.proa.server.metrics.Hashes;
import dev.proa.server.validation.Formats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is stored of a value that a key service protects, as Kubernetes' {@code kmsv2 EncryptedObject}.
 *
 * @param data the value, encrypted by a key that is derived from the source
 * @param keyId of the key service's key that encrypted the source
 * @param source a seed or key, encrypted by the key service; may be kept in the open
 * @param annotations what the key service wants to be told with the source
 * @param seed whether the source is a seed, of which {@link ExtendedNonceGcm} derives keys; otherwise it is a key of {@link AesGcm}
 */
record EncryptedObject(byte[] data, String keyId, byte[] source, Map<String, byte[]> annotations, boolean seed) {
    private static final int MOST_KEY_ID = 1024;
    private static final int MOST_SOURCE = 1024;
    private static final int MOST_ANNOTATIONS = 32 * 1024;

    EncryptedObject {
        annotations = Map.copyOf(annotations);
    }

    /** @throws IOException when these bytes are no such object */
    static EncryptedObject read(byte[] stored, int from) throws IOException {
        byte[][] parts = {new byte[0], new byte[0], new byte[0]};
        long[] type = {0};
        Map<String, byte[]> annotations = new TreeMap<>();
        Wire.read(stored, from, new Wire.Fields() {
            @Override
            public void bytes(int field, byte[] value) throws IOException {
                if (field >= 1 && field <= 3) {
                    parts[field - 1] = value;
                } else if (field == 4) {
                    Wire.entry(value, annotations);
                }
            }

            @Override
            public void number(int field, long value) {
                if (field == 5) {
                    type[0] = value;
                }
            }
        });
        if (type[0] != 0 && type[0] != 1) {
            throw new IOException("unknown encryptedDEKSourceType: " + type[0]);
        }
        EncryptedObject object = new EncryptedObject(
                parts[0], new String(parts[1], StandardCharsets.UTF_8), parts[2], annotations, type[0] == 1);
        if (object.data.length == 0) {
            throw new IOException("encrypted data is empty");
        }
        object.check();
        return object;
    }

    /** @throws IOException when a part of it is not as it must be */
    void check() throws IOException {
        if (source.length == 0) {
            throw new IOException("failed to validate encrypted DEK source: encrypted DEK source is empty");
        }
        if (source.length > MOST_SOURCE) {
            throw new IOException("failed to validate encrypted DEK source: encrypted DEK source is " + source.length
                    + " bytes, which exceeds the max size of " + MOST_SOURCE);
        }
        checkKeyId(keyId);
        int size = 0;
        for (Map.Entry<String, byte[]> annotation : annotations.entrySet()) {
            String name = annotation.getKey();
            if (!name.contains(".") || !Formats.dnsSubdomain(name).isEmpty()) {
                throw new IOException("failed to validate annotations: " + name + " is no fully qualified domain name");
            }
            size += name.length() + annotation.getValue().length;
        }
        if (size > MOST_ANNOTATIONS) {
            throw new IOException("failed to validate annotations: total size of annotations is " + size
                    + ", which exceeds the max size of " + MOST_ANNOTATIONS);
        }
    }

    static void checkKeyId(String keyId) throws IOException {
        if (keyId.isEmpty()) {
            throw new IOException("failed to validate key id: keyID is empty");
        }
        if (keyId.length() > MOST_KEY_ID) {
            throw new IOException("failed to validate key id: keyID is " + keyId.length()
                    + " bytes, which exceeds the max size of " + MOST_KEY_ID);
        }
    }

    byte[] toBytes() {
        return new Wire.Writer()
                .bytes(1, data)
                .text(2, keyId)
                .bytes(3, source)
                .map(4, annotations)
                .number(5, seed ? 1 : 0)
                .toBytes();
    }

    /** The same for all values that are encrypted by one source. */
    String sourceId() {
        return Hashes.sha256(new EncryptedObject(new byte[0], keyId, source, annotations, seed).toBytes());
    }
}
