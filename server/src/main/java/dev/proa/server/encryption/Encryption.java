package dev.proa.server.encryption;

import dev.proa.api.config.ConfigException;
import dev.proa.server.metrics.Hashes;
import dev.proa.server.store.Key;
import dev.proa.server.store.ValueTransformer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which values are encrypted by which keys. The configuration can be replaced, also several times; until all that was stored has been rewritten by the newest
 * one, what only an older one can decrypt is decrypted by that.
 *
 * <p>Safe for any thread; {@link #reload} for one at a time.
 */
public final class Encryption implements ValueTransformer.Selector, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Encryption.class);

    private final Path file;
    private final EncryptionMetrics metrics;
    private final SecureRandom random;
    private final InstantSource clock;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Loaded loaded;

    /** A configuration that was read, and what it makes. */
    private final class Loaded {
        final String hash;
        final EncryptionConfig config;
        /** The one that it replaced, which may have another one before it; null when no value is left of any of them. */
        volatile @Nullable Loaded before;

        final Map<String, KmsCryptor> services = new LinkedHashMap<>();
        final Map<String, EncryptingTransformer> transformers = new ConcurrentHashMap<>();
        final Map<String, ValueTransformer> selected = new ConcurrentHashMap<>();

        Loaded(String hash, EncryptionConfig config) {
            this.hash = hash;
            this.config = config;
            config.resources().values().stream()
                    .flatMap(List::stream)
                    .filter(EncryptionConfig.Kms.class::isInstance)
                    .map(EncryptionConfig.Kms.class::cast)
                    .forEach(kms -> services.computeIfAbsent(kms.name(), name -> started(kms)));
        }

        private KmsCryptor started(EncryptionConfig.Kms kms) {
            KmsCryptor cryptor = new KmsCryptor(
                    kms.name(),
                    new GrpcKeyService(kms.name(), kms.socket(), kms.timeout(), metrics),
                    random,
                    clock,
                    metrics);
            cryptor.probe();
            return cryptor;
        }

        KmsCryptor service(EncryptionConfig.Kms kms) {
            return Objects.requireNonNull(services.get(kms.name()));
        }

        /** What is written by it now: another one when a key service has another key. */
        String generation() {
            StringBuilder all = new StringBuilder(hash);
            services.values().forEach(service -> all.append(' ').append(service.keyId()));
            return all.toString();
        }

        /** What is wrong with the key services; empty when they are healthy. */
        String problem() {
            StringBuilder problems = new StringBuilder();
            int index = 0;
            for (KmsCryptor service : services.values()) {
                if (!service.problem().isEmpty()) {
                    problems.append(problems.isEmpty() ? "" : ", ")
                            .append("kms-provider-")
                            .append(index)
                            .append(": ")
                            .append(service.problem());
                }
                index++;
            }
            return problems.toString();
        }

        /** Forgets the configurations before. */
        void settle() {
            Loaded old = before;
            before = null;
            selected.clear();
            if (old != null) {
                old.close();
            }
        }

        /** Closes it and those before. */
        void close() {
            for (Loaded each = this; each != null; each = each.before) {
                each.services.values().forEach(KmsCryptor::close);
            }
        }
    }

    /**
     * Reads a configuration.
     *
     * @throws ConfigException when it cannot be used; the message says why
     */
    public Encryption(Path file, EncryptionMetrics metrics, SecureRandom random, InstantSource clock) {
        this.file = file;
        this.metrics = metrics;
        this.random = random;
        this.clock = clock;
        this.loaded = new Loaded(hash(), EncryptionConfig.read(file));
        metrics.loaded(loaded.hash);
    }

    /** Has something done whenever the configuration was replaced: what was stored should be rewritten. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public ValueTransformer of(String resource) {
        Loaded now = loaded;
        return now.selected.computeIfAbsent(resource, name -> {
            EncryptingTransformer transformer = transformer(now, name);
            List<EncryptingTransformer> before = new ArrayList<>();
            for (Loaded old = now.before; old != null; old = old.before) {
                before.add(transformer(old, name));
            }
            return before.isEmpty() ? transformer : new Fallback(transformer, before);
        });
    }

    private EncryptingTransformer transformer(Loaded in, String resource) {
        return in.transformers.computeIfAbsent(
                resource, name -> new EncryptingTransformer(name, entries(in, providers(in.config, name)), metrics));
    }

    private static List<EncryptionConfig.Provider> providers(EncryptionConfig config, String resource) {
        int dot = resource.indexOf('.');
        String group = dot < 0 ? "" : resource.substring(dot + 1);
        for (String name : new String[] {resource, "*." + group, "*.*"}) {
            List<EncryptionConfig.Provider> providers = config.resources().get(name);
            if (providers != null) {
                return providers;
            }
        }
        return List.of(new EncryptionConfig.Plain());
    }

    private List<EncryptingTransformer.Entry> entries(Loaded in, List<EncryptionConfig.Provider> providers) {
        List<EncryptingTransformer.Entry> entries = new ArrayList<>();
        for (EncryptionConfig.Provider provider : providers) {
            switch (provider) {
                case EncryptionConfig.Cbc cbc ->
                    cbc.keys()
                            .forEach(key -> entries.add(new EncryptingTransformer.Entry(
                                    "k8s:enc:aescbc:v1:", key.name(), new AesCbc(key.secret(), random))));
                case EncryptionConfig.Gcm gcm ->
                    gcm.keys()
                            .forEach(key -> entries.add(new EncryptingTransformer.Entry(
                                    "k8s:enc:aesgcm:v1:", key.name(), new AesGcm(key.secret(), random))));
                case EncryptionConfig.Box box ->
                    box.keys()
                            .forEach(key -> entries.add(new EncryptingTransformer.Entry(
                                    "k8s:enc:secretbox:v1:", key.name(), new SecretBox(key.secret(), random))));
                case EncryptionConfig.Plain plain ->
                    entries.add(new EncryptingTransformer.Entry("", "", new Identity()));
                case EncryptionConfig.Kms kms ->
                    entries.add(new EncryptingTransformer.Entry("k8s:enc:kms:v2:", kms.name(), in.service(kms)));
            }
        }
        return entries;
    }

    /** Reads what only a configuration before can read by that: the last one first. */
    private record Fallback(EncryptingTransformer now, List<EncryptingTransformer> before) implements ValueTransformer {
        @Override
        public byte[] toStorage(Key key, byte[] value) throws IOException {
            return now.toStorage(key, value);
        }

        @Override
        public byte[] fromStorage(Key key, byte[] stored) throws IOException {
            try {
                return now.fromStorage(key, stored);
            } catch (IOException e) {
                for (EncryptingTransformer old : before) {
                    try {
                        return old.fromStorage(key, stored);
                    } catch (IOException second) {
                        e.addSuppressed(second);
                    }
                }
                throw e;
            }
        }

        @Override
        public boolean isStale(Key key, byte[] stored) {
            return now.isStale(key, stored);
        }
    }

    /** Reads the configuration again if its file has changed. One that cannot be used, or whose key services are not healthy, changes nothing. */
    public void reload() {
        try {
            String hash = hash();
            Loaded old = loaded;
            if (hash.equals(old.hash)) {
                return;
            }
            Loaded candidate = new Loaded(hash, EncryptionConfig.read(file));
            String problem = candidate.problem();
            if (!problem.isEmpty()) {
                candidate.close();
                throw new ConfigException(file + ": " + problem);
            }
            candidate.before = old;
            loaded = candidate;
            metrics.loaded(hash);
            metrics.reloaded(true, clock.instant().getEpochSecond());
            LOG.info("The encryption configuration {} was read again", file);
            listeners.forEach(Runnable::run);
        } catch (ConfigException | UncheckedIOException e) {
            metrics.reloaded(false, clock.instant().getEpochSecond());
            LOG.error("The encryption configuration is not replaced: {}", e.getMessage());
        }
    }

    @Override
    public String generation() {
        return loaded.generation();
    }

    /** Asks the key services how they are, if it is time to. */
    public void probe() {
        String before = generation();
        loaded.services.values().forEach(KmsCryptor::probe);
        if (!generation().equals(before)) {
            listeners.forEach(Runnable::run);
        }
    }

    /** Whether there are key services. */
    public boolean hasServices() {
        return !loaded.services.isEmpty();
    }

    /** What is wrong with the key services, for the health check {@code kms-providers}; empty when they are healthy. */
    public String problem() {
        return loaded.problem();
    }

    @Override
    public void rewritten(String generation) {
        Loaded now = loaded;
        if (now.generation().equals(generation)) {
            now.settle();
        }
    }

    private String hash() {
        try {
            return Hashes.sha256(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new ConfigException(file + ": it cannot be read: " + e, e);
        }
    }

    @Override
    public void close() {
        loaded.close();
    }
}
