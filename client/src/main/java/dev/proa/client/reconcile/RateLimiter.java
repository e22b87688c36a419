package dev.proa.client.reconcile;

import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Computes how long a failed item waits before its retry: exponential back-off per item, and a token bucket over all
 * items. Thread-safe.
 */
public final class RateLimiter<K> {
    private final Clock clock;
    private final Duration base;
    private final Duration longest;
    private final double perSecond;
    private final int burst;
    private final ConcurrentHashMap<K, Integer> failures = new ConcurrentHashMap<>();
    private double tokens;
    private Instant filled;

    /**
     * @param base the delay after the first failure
     * @param longest the largest delay
     * @param perSecond overall rate of retries, once {@code burst} of them came at once
     */
    public RateLimiter(Clock clock, Duration base, Duration longest, double perSecond, int burst) {
        this.clock = clock;
        this.base = base;
        this.longest = longest;
        this.perSecond = perSecond;
        this.burst = burst;
        this.tokens = burst;
        this.filled = clock.instant();
    }

    /**
     * 5 ms doubling up to 1000 s per item, as in Kubernetes' controllers, and 1,000 retries a second overall after a
     * burst of 1,000. (Kubernetes allows 10 a second after 100. A mass deletion meets a conflict per object or so,
     * which would make everything wait for minutes.)
     */
    public static <K> RateLimiter<K> standard(Clock clock) {
        return new RateLimiter<>(clock, Duration.ofMillis(5), Duration.ofSeconds(1000), 1000, 1000);
    }

    /** Counts one more failure of {@code item} and returns how long it has to wait. */
    public Duration next(K item) {
        int before = failures.merge(item, 1, Integer::sum) - 1;
        Duration own = before >= 40 ? longest : min(base.multipliedBy(1L << before), longest);
        Duration overall = reserve();
        return own.compareTo(overall) > 0 ? own : overall;
    }

    /** Resets the failures of {@code item}, because it succeeded or is given up. */
    public void forget(K item) {
        failures.remove(item);
    }

    /** How often {@code item} failed since it was last forgotten. */
    public int failures(K item) {
        return failures.getOrDefault(item, 0);
    }

    private synchronized Duration reserve() {
        Instant now = clock.instant();
        tokens = Math.min(burst, tokens + Duration.between(filled, now).toNanos() / 1e9 * perSecond);
        filled = now;
        tokens -= 1;
        return tokens >= 0 ? Duration.ZERO : Duration.ofNanos((long) (-tokens / perSecond * 1e9));
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
