package dev.proa.node.stats;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers for a minute what was measured by walking through files, as kubelets do. Thread-safe. */
final class StorageCache<T> {
    private static final Duration AGE = Duration.ofMinutes(1);

    private final InstantSource clock;
    private final Map<String, Entry<T>> entries = new ConcurrentHashMap<>();

    StorageCache(InstantSource clock) {
        this.clock = clock;
    }

    /** What was measured, and when. */
    record Entry<T>(Instant time, T value) {}

    /** Measures. */
    @FunctionalInterface
    interface Measurement<T> {
        T take() throws IOException;
    }

    /** What is known of something, measured now unless that was done less than a minute ago. */
    Entry<T> get(String key, Measurement<T> measurement) throws IOException {
        Entry<T> known = entries.get(key);
        Instant now = clock.instant();
        if (known != null && Duration.between(known.time(), now).compareTo(AGE) < 0) {
            return known;
        }
        Entry<T> measured = new Entry<>(now, measurement.take());
        entries.put(key, measured);
        return measured;
    }

    /** Forgets all others. */
    void keepOnly(Set<String> keys) {
        entries.keySet().retainAll(keys);
    }
}
