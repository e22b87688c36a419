package dev.proa.client.clock;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The time, and being called when it has come. Everything in Proa that waits or measures takes one of these. */
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

    /** A task that is still to run. */
    interface Timer {
        /** Keeps the task from running, unless it has begun. Idempotent. */
        void cancel();
    }
}
