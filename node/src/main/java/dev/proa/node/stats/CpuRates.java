package dev.proa.node.stats;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** How many billionths of a processor something uses, from what it had used when it was last measured. Thread-safe. */
final class CpuRates {
    /** Shorter windows say little. */
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final Map<String, Last> all = new HashMap<>();

    private record Last(Instant time, long nanoseconds, long rate) {}

    /**
     * The rate at a moment; 0 when it is measured for the first time.
     *
     * @param key what is measured
     * @param nanoseconds of processor time until then
     */
    synchronized long rate(String key, Instant time, long nanoseconds) {
        Last last = all.get(key);
        if (last == null || nanoseconds < last.nanoseconds) {
            all.put(key, new Last(time, nanoseconds, 0));
            return 0;
        }
        Duration window = Duration.between(last.time, time);
        if (last.rate > 0 && window.compareTo(WINDOW) < 0 || window.toMillis() == 0) {
            return last.rate;
        }
        long rate = (nanoseconds - last.nanoseconds) * 1000 / window.toMillis();
        if (window.compareTo(WINDOW) >= 0) {
            all.put(key, new Last(time, nanoseconds, rate));
        }
        return rate;
    }

    /** Forgets all others. */
    synchronized void keepOnly(Set<String> keys) {
        all.keySet().retainAll(keys);
    }
}
