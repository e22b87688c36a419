package dev.proa.server.encryption;

import dev.proa.server.metrics.Hashes;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encrypts by keys that are derived of a seed, which a key service has encrypted. The service is asked for a new seed when its key is another one, and to
 * decrypt each seed once; values are encrypted and decrypted here. While the service is not healthy, writes go on for three minutes, and reads as
 * long as the seed is known.
 */
final class KmsCryptor implements Cryptor {
    private static final Logger LOG = LoggerFactory.getLogger(KmsCryptor.class);
    private static final Duration HEALTHY_FOR = Duration.ofMinutes(1);
    private static final Duration SICK_FOR = Duration.ofSeconds(10);
    private static final Duration WRITES_FOR = Duration.ofMinutes(3);
    private static final int MOST_SOURCES = 10_000;

    private final String name;
    private final KeyService service;
    private final SecureRandom random;
    private final InstantSource clock;
    private final EncryptionMetrics metrics;
    private final Map<String, Cryptor> sources = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Cryptor> eldest) {
            return size() > MOST_SOURCES;
        }
    });
    private volatile @Nullable State state;
    private volatile String problem = "it was not asked yet";
    private Instant askAgain = Instant.MIN;
    private String version = "";

    /** By what values are encrypted now, and until when. */
    private record State(Cryptor cryptor, EncryptedObject source, Instant expires) {}

    KmsCryptor(String name, KeyService service, SecureRandom random, InstantSource clock, EncryptionMetrics metrics) {
        this.name = name;
        this.service = service;
        this.random = random;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** What is wrong with the service; empty when it is healthy. */
    String problem() {
        return problem;
    }

    String name() {
        return name;
    }

    /** The key of the service by which values are encrypted now; empty when there is none. */
    String keyId() {
        State now = state;
        return now == null ? "" : now.source().keyId();
    }

    /** Asks how the service is, if it is time to, and for a new seed if it has another key. */
    synchronized void probe() {
        Instant now = clock.instant();
        if (now.isBefore(askAgain)) {
            return;
        }
        try {
            check(service.status());
            problem = "";
            askAgain = now.plus(HEALTHY_FOR);
        } catch (IOException e) {
            problem = "kmsv2 Provider " + name + " is not healthy, error: " + e.getMessage();
            askAgain = now.plus(SICK_FOR);
            LOG.error("kms plugin failed health check probe: {}", problem);
        }
    }

    private void check(KeyService.Status status) throws IOException {
        if (!status.healthz().equals("ok")) {
            throw new IOException("got unexpected healthz status: " + status.healthz());
        }
        if (!status.version().equals("v2") && !status.version().equals("v2beta1")) {
            throw new IOException("expected KMSv2 API version v2, got " + status.version());
        }
        if (!version.isEmpty() && !version.equals(status.version())) {
            throw new IOException("KMSv2 API version should not change after the initial status response version "
                    + version + ", got " + status.version());
        }
        version = status.version();
        try {
            EncryptedObject.checkKeyId(status.keyId());
        } catch (IOException e) {
            metrics.invalidKeyId(name, status.keyId());
            throw e;
        }
        metrics.keyId(name, status.keyId(), clock.instant().getEpochSecond());
        Instant expires = clock.instant().plus(WRITES_FOR);
        State now = state;
        state = now != null && now.source().keyId().equals(status.keyId())
                ? new State(now.cryptor(), now.source(), expires)
                : fresh(status.keyId(), expires);
    }

    private State fresh(String keyId, Instant expires) throws IOException {
        byte[] seed = new byte[ExtendedNonceGcm.SEED];
        random.nextBytes(seed);
        KeyService.Encrypted encrypted = service.encrypt(seed, UUID.randomUUID().toString());
        EncryptedObject source = new EncryptedObject(
                new byte[0], encrypted.keyId(), encrypted.ciphertext(), encrypted.annotations(), true);
        source.check();
        if (!source.keyId().equals(keyId)) {
            throw new IOException(
                    "failed to rotate DEK: the service encrypts by another key than it says, statusKeyIDHash="
                            + Hashes.sha256(keyId) + ", encryptKeyIDHash="
                            + Hashes.sha256(source.keyId()));
        }
        Cryptor cryptor = new ExtendedNonceGcm(seed, random);
        remember(source, cryptor);
        return new State(cryptor, source, expires);
    }

    private void remember(EncryptedObject source, Cryptor cryptor) {
        sources.put(source.sourceId(), cryptor);
        metrics.sources(name, sources.size());
    }

    @Override
    public byte[] encrypt(byte[] context, byte[] value) throws IOException {
        State now = state;
        if (now == null) {
            throw new IOException(problem);
        }
        if (clock.instant().isAfter(now.expires())) {
            throw new IOException("encryptedDEKSource with keyID hash \"" + Hashes.sha256(keyId()) + "\" expired at "
                    + now.expires() + ": " + problem);
        }
        EncryptedObject source = now.source();
        byte[] encrypted = now.cryptor().encrypt(context, value);
        metrics.used("to_storage", name, source.keyId(), clock.instant().getEpochSecond());
        return new EncryptedObject(encrypted, source.keyId(), source.source(), source.annotations(), true).toBytes();
    }

    @Override
    public byte[] decrypt(byte[] context, byte[] stored, int from) throws IOException {
        EncryptedObject object = EncryptedObject.read(stored, from);
        Cryptor cryptor = source(object);
        metrics.used("from_storage", name, object.keyId(), clock.instant().getEpochSecond());
        return cryptor.decrypt(context, object.data(), 0);
    }

    private Cryptor source(EncryptedObject object) throws IOException {
        Cryptor known = sources.get(object.sourceId());
        if (known != null) {
            return known;
        }
        byte[] source;
        try {
            source = service.decrypt(
                    new KeyService.Encrypted(object.source(), object.keyId(), object.annotations()),
                    UUID.randomUUID().toString());
        } catch (IOException e) {
            throw new IOException("failed to decrypt DEK, error: " + e.getMessage(), e);
        }
        if (!object.seed() && source.length != 16 && source.length != 24 && source.length != 32) {
            throw new IOException("the key service gave a key of " + source.length + " bytes");
        }
        Cryptor cryptor = object.seed() ? new ExtendedNonceGcm(source, random) : new AesGcm(source, random);
        remember(object, cryptor);
        return cryptor;
    }

    @Override
    public boolean isStale(byte[] stored, int from) {
        State now = state;
        if (now == null) {
            return false; // nothing better is known
        }
        try {
            EncryptedObject object = EncryptedObject.read(stored, from);
            return !object.keyId().equals(now.source().keyId()) || !object.seed();
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() {
        service.close();
    }
}
