package dev.proa.node.kubelet;

import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Tells a pod's worker when to sync. Any thread may request a sync; only the worker's thread waits. */
final class SyncTrigger {
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean requested = true;
    private boolean stopped;
    private Clock.@Nullable Timer timer;

    /** The first sync is requested already. */
    SyncTrigger(Clock clock) {
        this.clock = clock;
    }

    /** Requests another sync, since something may have changed. */
    void request() {
        lock.lock();
        try {
            requested = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Requests a sync at that time instead of any time before; null for none. */
    void requestAt(@Nullable Instant when) {
        lock.lock();
        try {
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
            if (when != null) {
                timer = clock.schedule(Duration.between(clock.instant(), when), this::request);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Has the worker look at what it waits for, without requesting a sync. */
    void wake() {
        lock.lock();
        try {
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Ends all waiting, for good. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    boolean stopped() {
        lock.lock();
        try {
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a sync is requested; false when the worker is to stop. */
    boolean await() throws InterruptedException {
        lock.lock();
        try {
            while (!requested && !stopped) {
                changed.await();
            }
            requested = false;
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a condition holds, of which {@link #wake} or {@link #request} tells; leaves requests as they are. */
    void await(BooleanSupplier condition) throws InterruptedException {
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }
}
