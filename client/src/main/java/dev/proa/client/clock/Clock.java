package dev.proa.client.clock;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The time, timers and sleeping. Everything in Proa that waits or measures time takes a clock, so that tests can move
 * it.
 */
public interface Clock extends InstantSource {

    /** The time of the machine, with timers on virtual threads. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }

    @Override
    Instant instant();

    /** Runs {@code task} on a virtual thread once {@code delay} has passed; at once when it is not positive. */
    Timer schedule(Duration delay, Runnable task);

    /** Blocks until {@code duration} has passed. */
    void sleep(Duration duration) throws InterruptedException;

    /** A scheduled task. */
    interface Timer {
        /** Cancels the task unless it has started. Idempotent. */
        void cancel();
    }
}
