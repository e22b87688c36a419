package dev.proa.server.cache;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers of others, each for some time; those that were used longest ago make room for others. Safe for any thread. */
public final class TimedCache<T> {
    private final int most;
    private final InstantSource clock;
    private final Map<String, Entry<T>> entries;

    private record Entry<T>(T value, Instant end) {}

    /** @param most entries */
    public TimedCache(int most, InstantSource clock) {
        this.most = most;
        this.clock = clock;
        this.entries = new LinkedHashMap<>(16, 0.75f, true);
    }

    /** What is known; null when nothing is. */
    public synchronized @Nullable T get(String key) {
        Entry<T> entry = entries.get(key);
        if (entry == null) {
            return null;
        }
        if (clock.instant().isBefore(entry.end())) {
            return entry.value();
        }
        entries.remove(key);
        return null;
    }

    /** Whether an answer is known, and will be for some more time. */
    public synchronized boolean knows(String key, Duration longer) {
        Entry<T> entry = entries.get(key);
        return entry != null && clock.instant().plus(longer).isBefore(entry.end());
    }

    /** Remembers an answer for a time, which may be zero. */
    public synchronized void put(String key, T value, Duration time) {
        if (!time.isPositive()) {
            return;
        }
        entries.put(key, new Entry<>(value, clock.instant().plus(time)));
        if (entries.size() > most) {
            entries.remove(entries.keySet().iterator().next());
        }
    }

    /** Forgets everything. */
    public synchronized void clear() {
        entries.clear();
    }
}
