package dev.proa.client.supervision;

import dev.proa.api.status.StatusException;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread whose work is run again when it throws, whatever it throws. The pause before that starts at 200 ms and
 * doubles with each failure in a row up to 30 s, plus jitter. Thread-safe; only {@link #close} ends it from outside.
 */
public final class Loop implements AutoCloseable {
    /** How long a loop may fail until its group counts as unhealthy. */
    public static final Duration PATIENCE = Duration.ofMinutes(1);

    static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    /** A loop that has run for so long without throwing counts as recovered. */
    private static final Duration RECOVERED_AFTER = Duration.ofMinutes(1);

    private final String name;
    private final LoopGroup group;
    private final Duration longestPause;
    private volatile @Nullable Thread thread;
    private volatile boolean closed;

    /** In a row. Used by the loop's thread alone, which also writes the fields below. */
    private int failures;

    private volatile Instant started;
    private volatile boolean pausing;
    private volatile @Nullable Instant failingSince;
    private volatile String lastFailure = "";
    private volatile @Nullable Instant lastSuccess;

    /** The work of a loop. */
    @FunctionalInterface
    public interface Body {
        /** @param loop tells whether it is closed, and is told of success */
        void run(Loop loop) throws Exception;
    }

    Loop(String name, LoopGroup group, Duration longestPause) {
        this.name = name;
        this.group = group;
        this.longestPause = longestPause;
        this.started = group.clock().instant();
    }

    void start(Thread.Builder builder, Body body) {
        Thread made = builder.name(name).unstarted(() -> supervise(body));
        thread = made;
        made.start();
    }

    public String name() {
        return name;
    }

    public boolean closed() {
        return closed;
    }

    /** The loop has done its work: called by its body, which need not return for that. Ends the series of failures. */
    public void succeeded() {
        lastSuccess = group.clock().instant();
        recover();
    }

    /** Whether the loop threw when it ran last, for its body. */
    boolean hasFailed() {
        return failures > 0;
    }

    @Nullable
    Instant lastSuccess() {
        return lastSuccess;
    }

    boolean isFailing(Instant now) {
        return failingSince != null && (pausing || !hasRunWell(now));
    }

    /** Says since when the loop fails, and how; null when it does not, or not for long. */
    @Nullable
    String problem(Instant now) {
        Instant since = failingSince;
        return since == null || !isFailing(now) || since.plus(PATIENCE).isAfter(now)
                ? null
                : name + " has failed since " + since + ": " + lastFailure;
    }

    /** Interrupts the body and ends the loop. Idempotent; does not wait. */
    @Override
    public void close() {
        closed = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    /** Waits until the loop has ended, for at most {@code timeout}; returns whether it has. */
    public boolean join(Duration timeout) throws InterruptedException {
        Thread running = thread;
        return running == null || running.join(timeout);
    }

    private void supervise(Body body) {
        try {
            while (!closed) {
                if (runOnce(body)) {
                    return;
                }
                pause();
            }
        } finally {
            group.ended(this);
        }
    }

    /** Returns whether the body has ended, and not by a failure. */
    private boolean runOnce(Body body) {
        started = group.clock().instant();
        try {
            body.run(this);
            return true;
        } catch (Throwable e) { // an Error too: the program goes on, and so must this loop
            if (closed) {
                return true;
            }
            failed(e);
            return false;
        }
    }

    private void failed(Throwable e) {
        Instant now = group.clock().instant();
        if (hasRunWell(now)) {
            recover();
        }
        failures++;
        if (failingSince == null) {
            failingSince = now;
        }
        group.failed();
        try {
            lastFailure = e.getMessage() == null ? e.toString() : e.getMessage();
            if (group.expects(e)) {
                LOG.debug("{} ({}) failed and will run again: {}", name, group.name(), lastFailure);
            } else if (e instanceof StatusException || e instanceof TransportException) {
                LOG.info("{} ({}) failed and will run again: {}", name, group.name(), lastFailure);
            } else {
                LOG.error("{} ({}) failed and will run again", name, group.name(), e);
            }
        } catch (Throwable unlogged) { // there is no memory for it, for example
            lastFailure = "a failure that could not be logged";
        }
    }

    private void pause() {
        Clock clock = group.clock();
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 10));
        if (pause.compareTo(longestPause) > 0) {
            pause = longestPause;
        }
        pausing = true;
        try {
            Thread.interrupted(); // only the closing of the loop ends it; what it waits for otherwise may have been
            // interrupted
            if (!closed) {
                clock.sleep(pause.plusMillis(group.random().nextLong(Math.max(1, pause.toMillis()))));
            }
        } catch (InterruptedException e) {
            if (!closed) {
                LOG.debug("{} was interrupted while it waited", name);
            }
        } finally {
            pausing = false;
        }
    }

    private boolean hasRunWell(Instant now) {
        return !started.plus(RECOVERED_AFTER).isAfter(now);
    }

    private void recover() {
        if (failures > 0) { // this is called for each piece of work, and the other field is volatile
            failures = 0;
            failingSince = null;
        }
    }

    @Override
    public String toString() {
        return group.name() + "/" + name;
    }
}
