package dev.proa.e2e;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Waits for what comes true by and by. */
public final class Await {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK_EACH = Duration.ofMillis(100);

    private Await() {}

    /** Returns the first value that fits; fails with the last one when none did for a minute. */
    public static <T> T until(String what, Callable<T> value, Predicate<T> fits) {
        return until(what, PATIENCE, value, fits);
    }

    /** The same, with another patience than a minute. */
    public static <T> T until(String what, Duration patience, Callable<T> value, Predicate<T> fits) {
        long end = System.nanoTime() + patience.toNanos();
        Object last = null;
        while (true) {
            try {
                T now = value.call();
                if (fits.test(now)) {
                    return now;
                }
                last = now;
            } catch (RuntimeException | java.io.IOException e) {
                last = e;
            } catch (Exception e) {
                throw new AssertionError("Waiting until " + what, e);
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("It did not come true within " + patience.toSeconds() + " s that " + what
                        + ". The last that was seen: " + last);
            }
            LockSupport.parkNanos(LOOK_EACH.toNanos());
        }
    }
}
