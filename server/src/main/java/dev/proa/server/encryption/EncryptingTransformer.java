package dev.proa.server.encryption;

import dev.proa.server.store.Key;
import dev.proa.server.store.ValueTransformer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Encrypts the values of a resource by the first of its keys and decrypts by any of them. A stored value begins with the name of provider and key,
 * {@code k8s:enc:aescbc:v1:KEY:}, by which it is found again.
 */
final class EncryptingTransformer implements ValueTransformer {
    private static final String UNREADABLE = "unknown-non-grpc";

    private final String resource;
    private final List<Entry> entries;
    private final EncryptionMetrics metrics;

    /**
     * A key of a provider.
     *
     * @param provider the prefix that all keys of the provider share; empty for none
     */
    record Entry(String provider, byte[] prefix, Cryptor cryptor) {
        Entry(String provider, String key, Cryptor cryptor) {
            this(provider, (provider + (key.isEmpty() ? "" : key + ":")).getBytes(StandardCharsets.UTF_8), cryptor);
        }
    }

    EncryptingTransformer(String resource, List<Entry> entries, EncryptionMetrics metrics) {
        this.resource = resource;
        this.entries = List.copyOf(entries);
        this.metrics = metrics;
    }

    /** The place of an object in etcd, in most cases: what was stored for one object is not accepted for another. */
    private static byte[] context(Key key) {
        return ("/registry/" + key).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] toStorage(Key key, byte[] value) throws IOException {
        Entry entry = entries.getFirst();
        long start = System.nanoTime();
        try {
            byte[] encrypted = entry.cryptor().encrypt(context(key), value);
            byte[] prefix = entry.prefix();
            byte[] stored = encrypted;
            if (prefix.length > 0) {
                stored = new byte[prefix.length + encrypted.length];
                System.arraycopy(prefix, 0, stored, 0, prefix.length);
                System.arraycopy(encrypted, 0, stored, prefix.length, encrypted.length);
            }
            metrics.transformed(resource, "to_storage", entry.provider(), System.nanoTime() - start, null);
            return stored;
        } catch (IOException e) {
            metrics.transformed(resource, "to_storage", entry.provider(), 0, UNREADABLE);
            throw e;
        }
    }

    @Override
    public byte[] fromStorage(Key key, byte[] stored) throws IOException {
        IOException failure = null;
        for (Entry entry : entries) {
            if (!Identity.startsWith(stored, entry.prefix())) {
                continue;
            }
            String label = entry.provider().isEmpty() ? "identity" : entry.provider();
            long start = System.nanoTime();
            try {
                byte[] value = decrypted(entry, key, stored);
                metrics.transformed(resource, "from_storage", label, System.nanoTime() - start, null);
                return value;
            } catch (IOException e) {
                if (entry.prefix().length > 0) {
                    metrics.transformed(resource, "from_storage", label, 0, UNREADABLE);
                }
                failure = failure == null || entry.prefix().length > 0 ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        metrics.transformed(resource, "from_storage", "unknown", 0, UNREADABLE);
        boolean known = entries.stream()
                .anyMatch(entry -> !entry.provider().isEmpty()
                        && Identity.startsWith(stored, entry.provider().getBytes(StandardCharsets.UTF_8)));
        throw new IOException(known ? "no matching key was found for the provider" : "no matching prefix found");
    }

    private static byte[] decrypted(Entry entry, Key key, byte[] stored) throws IOException {
        byte[] value = entry.cryptor().decrypt(context(key), stored, entry.prefix().length);
        if (value.length == 0 || value[0] != '{') {
            throw new IOException("what was decrypted is no object: it was encrypted by another key of the same name");
        }
        return value;
    }

    @Override
    public boolean isStale(Key key, byte[] stored) {
        Entry first = entries.getFirst();
        if (!Identity.startsWith(stored, first.prefix()) || first.cryptor().isStale(stored, first.prefix().length)) {
            return true;
        }
        boolean ambiguous = entries.stream()
                .skip(1)
                .anyMatch(other -> first.prefix().length == 0 || Identity.startsWith(other.prefix(), first.prefix()));
        if (!ambiguous) {
            return false;
        }
        try {
            decrypted(first, key, stored);
            return false;
        } catch (IOException e) {
            return true; // it is of another key of the same name
        }
    }
}
