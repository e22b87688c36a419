package dev.proa.client.reconcile;

import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A deduplicating work queue: it holds an item at most once, and never hands one to two workers at a time.
 *
 * <pre>
 *            add                take                 done
 *   (absent) ───► waiting ─────────────► processing ──────► (absent)
 *                    ▲                      │ add
 *                    └────────── done ── processing and dirty
 * </pre>
 *
 * Items that are added while they are processed are queued again when they are {@link #done}, so no change is missed
 * and many changes cost one more run. Thread-safe.
 */
public final class WorkQueue<K> {
    private final Clock clock;
    private final RateLimiter<K> limiter;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<K> queue = new ArrayDeque<>();
    private final Set<K> dirty = new HashSet<>();
    private final Set<K> processing = new HashSet<>();
    private final Map<K, Delayed> delayed = new HashMap<>();
    private boolean closed;
    private long adds;
    private long retries;

    public WorkQueue(Clock clock, RateLimiter<K> limiter) {
        this.clock = clock;
        this.limiter = limiter;
    }

    /** A queue with the {@linkplain RateLimiter#standard usual limits}. */
    public static <K> WorkQueue<K> create(Clock clock) {
        return new WorkQueue<>(clock, RateLimiter.standard(clock));
    }

    /** Queues {@code item} unless it is queued already. */
    public void add(K item) {
        lock.lock();
        try {
            if (closed || !dirty.add(item)) {
                return;
            }
            adds++;
            if (!processing.contains(item)) {
                queue.add(item);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Queues {@code item} once {@code delay} has passed. Of several delays the earliest counts. */
    public void addAfter(K item, Duration delay) {
        if (!delay.isPositive()) {
            add(item);
            return;
        }
        lock.lock();
        try {
            if (closed) {
                return;
            }
            Instant due = clock.instant().plus(delay);
            Delayed earlier = delayed.get(item);
            if (earlier != null) {
                if (!due.isBefore(earlier.due)) {
                    return;
                }
                earlier.timer.cancel();
            }
            delayed.put(item, new Delayed(due, clock.schedule(delay, () -> release(item, due))));
        } finally {
            lock.unlock();
        }
    }

    /** Queues {@code item}, which failed, after the delay of its {@link RateLimiter}. */
    public void addRateLimited(K item) {
        lock.lock();
        try {
            retries++;
        } finally {
            lock.unlock();
        }
        addAfter(item, limiter.next(item));
    }

    /** Resets the failures of {@code item}, because it succeeded or was given up. */
    public void forget(K item) {
        limiter.forget(item);
    }

    /** How often {@code item} has failed in a row. */
    public int failures(K item) {
        return limiter.failures(item);
    }

    /** Waits for an item and hands it to the caller until {@link #done}; null when the queue is closed. */
    public @Nullable K take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty() && !closed) {
                changed.await();
            }
            return closed ? null : start();
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #take}, without waiting; null when none is ready. */
    public @Nullable K poll() {
        lock.lock();
        try {
            return closed || queue.isEmpty() ? null : start();
        } finally {
            lock.unlock();
        }
    }

    /** Marks the work on {@code item} as finished, whether it succeeded or not. */
    public void done(K item) {
        lock.lock();
        try {
            processing.remove(item);
            if (dirty.contains(item) && !closed) {
                queue.add(item);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Closes the queue: workers get null, waiting items are dropped. Idempotent. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            delayed.values().forEach(waiting -> waiting.timer.cancel());
            delayed.clear();
            queue.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The queue's counters. */
    public Stats stats() {
        lock.lock();
        try {
            return new Stats(queue.size(), processing.size(), delayed.size(), adds, retries);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable K start() {
        K item = queue.poll();
        if (item != null) {
            processing.add(item);
            dirty.remove(item);
        }
        return item;
    }

    private void release(K item, Instant due) {
        lock.lock();
        try {
            Delayed waiting = delayed.get(item);
            if (waiting == null || !waiting.due.equals(due)) {
                return;
            }
            delayed.remove(item);
        } finally {
            lock.unlock();
        }
        add(item);
    }

    /**
     * @param ready items that wait for a worker
     * @param processing items that workers are working on
     * @param delayed items whose delay has not passed
     * @param adds items queued since the start
     * @param retries items queued again because they failed
     */
    public record Stats(int ready, int processing, int delayed, long adds, long retries) {}

    private record Delayed(Instant due, Clock.Timer timer) {}
}
