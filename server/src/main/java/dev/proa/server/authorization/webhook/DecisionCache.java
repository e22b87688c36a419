package dev.proa.server.authorization.webhook;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers of a webhook, each for some time; those that were used longest ago make room for others. Safe for any thread. */
final class DecisionCache<T> {
    private final int most;
    private final InstantSource clock;
    private final Map<String, Entry<T>> entries;

    private record Entry<T>(T value, Instant end) {}

    /** @param most entries */
    DecisionCache(int most, InstantSource clock) {
        this.most = most;
        this.clock = clock;
        this.entries = new LinkedHashMap<>(16, 0.75f, true);
    }

    /** What is known; null when nothing is. */
    synchronized @Nullable T get(String key) {
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
    synchronized boolean knows(String key, Duration longer) {
        Entry<T> entry = entries.get(key);
        return entry != null && clock.instant().plus(longer).isBefore(entry.end());
    }

    /** Remembers an answer for a time, which may be zero. */
    synchronized void put(String key, T value, Duration time) {
        if (time.isZero()) {
            return;
        }
        entries.put(key, new Entry<>(value, clock.instant().plus(time)));
        if (entries.size() > most) {
            entries.remove(entries.keySet().iterator().next());
        }
    }
}
