package dev.proa.node.limits;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** A rate limiter: a token bucket per address. Thread-safe. */
public final class Rates {
    /** The number of addresses that are remembered; the least recently used are forgotten. */
    private static final int MOST = 4096;

    private final double perNano;
    private final int burst;
    private final Map<InetAddress, Bucket> buckets = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Bucket> eldest) {
            return size() > MOST;
        }
    };

    private static final class Bucket {
        private double tokens;
        private long filled;
    }

    /**
     * @param perSecond average rate
     * @param burst size of the bucket
     */
    public Rates(int perSecond, int burst) {
        this.perNano = perSecond / 1e9;
        this.burst = burst;
    }

    /**
     * Takes a token of {@code address}; false when it has none.
     *
     * @param now of {@link System#nanoTime}
     */
    public synchronized boolean take(InetAddress address, long now) {
        Bucket bucket = buckets.get(address);
        if (bucket == null) {
            bucket = new Bucket();
            bucket.tokens = burst;
            bucket.filled = now;
            buckets.put(address, bucket);
        }
        bucket.tokens = Math.min(burst, bucket.tokens + (now - bucket.filled) * perNano);
        bucket.filled = now;
        if (bucket.tokens < 1) {
            return false;
        }
        bucket.tokens--;
        return true;
    }
}
