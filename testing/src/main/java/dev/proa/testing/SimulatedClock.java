package dev.proa.testing;

import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until it is moved. Moving it runs the tasks that became due, on the thread that moves it,
 * ordered by due time and then by when they were scheduled; while a task runs, the clock shows the time it was due at.
 *
 * <p>Thread-safe, but only one thread at a time may move it.
 */
public final class SimulatedClock implements Clock {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final PriorityQueue<Entry> entries =
            new PriorityQueue<>(Comparator.comparing(Entry::due).thenComparingLong(Entry::sequence));
    private Instant now;
    private long scheduled;
    private int sleepers;

    public SimulatedClock(Instant start) {
        now = start;
    }

    /** A clock that shows the first instant of 2026. */
    public SimulatedClock() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    @Override
    public Instant instant() {
        lock.lock();
        try {
            return now;
        } finally {
            lock.unlock();
        }
    }

    /** Runs {@code task} when the clock is next moved to or past its time; never within this call. */
    @Override
    public Timer schedule(Duration delay, Runnable task) {
        lock.lock();
        try {
            Entry entry = new Entry(delay.isNegative() ? now : now.plus(delay), scheduled++, task);
            entries.add(entry);
            moved.signalAll();
            return () -> remove(entry);
        } finally {
            lock.unlock();
        }
    }

    /** Blocks until another thread has moved the clock by {@code duration}. */
    @Override
    public void sleep(Duration duration) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Instant until = now.plus(duration);
            sleepers++;
            moved.signalAll();
            try {
                while (now.isBefore(until)) {
                    moved.await();
                }
            } finally {
                sleepers--;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves the time forward by {@code duration} and runs everything that is due on the way, including tasks scheduled
     * by those tasks.
     */
    public void advance(Duration duration) {
        Instant target = instant().plus(duration);
        for (Entry due = next(target); due != null; due = next(target)) {
            due.task().run();
        }
        lock.lock();
        try {
            now = target;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves the time to the next scheduled task and runs it.
     *
     * @return whether there was a task
     */
    public boolean advanceToNext() {
        Entry entry = next(Instant.MAX);
        if (entry == null) {
            return false;
        }
        entry.task().run();
        return true;
    }

    /** The number of scheduled tasks and sleeping threads. */
    public int waiting() {
        lock.lock();
        try {
            return entries.size() + sleepers;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Entry next(Instant target) {
        lock.lock();
        try {
            Entry first = entries.peek();
            if (first == null || first.due().isAfter(target)) {
                return null;
            }
            entries.remove();
            if (first.due().isAfter(now)) {
                now = first.due();
                moved.signalAll();
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    private void remove(Entry entry) {
        lock.lock();
        try {
            entries.remove(entry);
        } finally {
            lock.unlock();
        }
    }

    private record Entry(Instant due, long sequence, Runnable task) {}
}
