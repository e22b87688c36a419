package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Pod;
import dev.proa.client.ObjectKey;
import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The pods that wait for a node: those to be tried now, the one of highest priority and longest wait first, and those that could not be
 * placed, which are tried again when something has happened, each after a back-off of 1 s to 10 s. Safe for any thread.
 */
final class SchedulingQueue {
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(10);
    private static final Comparator<PodInfo> ORDER = Comparator.<PodInfo>comparingInt(info -> -info.priority())
            .thenComparing(PodInfo::since)
            .thenComparing(PodInfo::key);

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final TreeSet<PodInfo> active = new TreeSet<>(ORDER);
    private final Map<ObjectKey, PodInfo> waiting = new HashMap<>();
    private final Map<ObjectKey, Unplaced> unplaced = new HashMap<>();
    private long moves;
    private boolean closed;

    SchedulingQueue(Clock clock) {
        this.clock = clock;
    }

    /** A pod wants a node, or has changed while it waits for one. */
    void put(Pod pod) {
        lock.lock();
        try {
            ObjectKey key = ObjectKey.of(pod.value());
            PodInfo known = waiting.get(key);
            if (known != null) {
                active.remove(known);
                activate(known.with(pod));
                return;
            }
            Unplaced tried = unplaced.remove(key);
            activate(tried == null ? PodInfo.of(pod, clock.instant()) : tried.info.with(pod));
        } finally {
            lock.unlock();
        }
    }

    /** A pod does not want a node any more. */
    void remove(Pod pod) {
        lock.lock();
        try {
            ObjectKey key = ObjectKey.of(pod.value());
            PodInfo known = waiting.remove(key);
            if (known != null) {
                active.remove(known);
            }
            unplaced.remove(key);
        } finally {
            lock.unlock();
        }
    }

    /** The next pod to try; blocks for one. Null once closed. */
    @Nullable
    PodInfo take() throws InterruptedException {
        lock.lock();
        try {
            while (active.isEmpty() && !closed) {
                added.await();
            }
            if (closed) {
                return null;
            }
            PodInfo first = active.removeFirst();
            waiting.remove(first.key());
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** Counts what has happened so far that may let pods be placed. */
    long moves() {
        lock.lock();
        try {
            return moves;
        } finally {
            lock.unlock();
        }
    }

    /**
     * A pod could not be placed.
     *
     * @param movesBefore what {@link #moves} was when the attempt began: if more has happened since, it is tried again by itself
     */
    void unplaced(PodInfo info, long movesBefore) {
        lock.lock();
        try {
            PodInfo tried = info.triedAgain();
            Instant notBefore = clock.instant().plus(backoff(tried.attempts()));
            unplaced.put(tried.key(), new Unplaced(tried, notBefore));
            if (moves != movesBefore) {
                retry(tried.key(), notBefore);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Something has happened that may let pods be placed: those that wait are tried again after their back-off. */
    void moveAll() {
        lock.lock();
        try {
            moves++;
            new ArrayList<>(unplaced.entrySet()).forEach(entry -> retry(entry.getKey(), entry.getValue().notBefore));
        } finally {
            lock.unlock();
        }
    }

    List<PodInfo> unplacedPods() {
        lock.lock();
        try {
            return unplaced.values().stream().map(Unplaced::info).toList();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            added.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void retry(ObjectKey key, Instant notBefore) {
        Duration wait = Duration.between(clock.instant(), notBefore);
        if (wait.isPositive()) {
            clock.schedule(wait, () -> activateUnplaced(key));
        } else {
            activateUnplaced(key);
        }
    }

    private void activateUnplaced(ObjectKey key) {
        lock.lock();
        try {
            Unplaced tried = unplaced.remove(key);
            if (tried != null && !closed) {
                activate(tried.info);
            }
        } finally {
            lock.unlock();
        }
    }

    private void activate(PodInfo info) {
        waiting.put(info.key(), info);
        active.add(info);
        added.signal();
    }

    private static Duration backoff(int attempts) {
        Duration backoff = FIRST_BACKOFF.multipliedBy(1L << Math.min(attempts - 1, 10));
        return backoff.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : backoff;
    }

    private record Unplaced(PodInfo info, Instant notBefore) {}
}
