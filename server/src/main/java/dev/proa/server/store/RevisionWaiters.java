package dev.proa.server.store;

import dev.proa.http.Blocking;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** The threads that wait for a revision. Telling of a new one costs nothing while nobody waits. */
final class RevisionWaiters {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition told = lock.newCondition();
    private final AtomicInteger waiting = new AtomicInteger();

    /** Waits until {@code arrived}, which is asked again after each {@link #tell}, or until {@code timeout} has passed. */
    void await(BooleanSupplier arrived, Duration timeout) throws InterruptedException {
        if (arrived.getAsBoolean()) {
            return;
        }
        Blocking.check();
        long left = timeout.toNanos();
        waiting.incrementAndGet(); // before looking: who publishes after the look sees it
        lock.lock();
        try {
            while (left > 0 && !arrived.getAsBoolean()) {
                left = told.awaitNanos(left);
            }
        } finally {
            lock.unlock();
            waiting.decrementAndGet();
        }
    }

    /** Something happened, and is visible already. */
    void tell() {
        if (waiting.get() > 0) {
            lock.lock();
            try {
                told.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
