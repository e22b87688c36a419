package dev.proa.node.kubelet.container;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Exponential back-off: the first retry is immediate, the next after {@code initial}, doubled each time up to {@code
 * longest}; reset after twice {@code longest} without a failure. Thread-safe.
 */
public final class Backoff {
    private final Duration initial;
    private final Duration longest;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();

    public Backoff(Duration initial, Duration longest) {
        this.initial = initial;
        this.longest = longest;
    }

    /** The back-off of container restarts: 10 s up to 5 minutes. */
    public static Backoff ofContainers() {
        return new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(5));
    }

    /** When {@code key}, which failed at {@code failedAt}, may be tried again. */
    public Instant until(String key, Instant failedAt) {
        Entry entry = entries.get(key);
        return entry == null || entry.expired(failedAt, longest) ? failedAt : failedAt.plus(entry.delay);
    }

    /** The current delay of {@code key}. */
    public Duration delay(String key) {
        Entry entry = entries.get(key);
        return entry == null ? Duration.ZERO : entry.delay;
    }

    /** Records a retry of {@code key} at {@code now}; the next delay is longer. */
    public void next(String key, Instant now) {
        entries.compute(key, (same, entry) -> {
            if (entry == null || entry.expired(now, longest)) {
                return new Entry(initial, now);
            }
            Duration doubled = entry.delay.multipliedBy(2);
            return new Entry(doubled.compareTo(longest) > 0 ? longest : doubled, now);
        });
    }

    public void forget(String key) {
        entries.remove(key);
    }

    private record Entry(Duration delay, Instant since) {
        boolean expired(Instant now, Duration longest) {
            return since.plus(longest.multipliedBy(2)).isBefore(now);
        }
    }
}
