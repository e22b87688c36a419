package dev.proa.testing;

import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits in tests for what other threads do. The deadline is generous, so that it is met only by what never happens,
 * even on a slow and busy machine; what does happen is noticed within milliseconds.
 */
public final class Await {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(2);

    private Await() {}

    /**
     * Blocks until {@code condition} holds, for a minute at most.
     *
     * @param what is waited for, for the message
     */
    public static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = deadline();
        while (!condition.getAsBoolean()) {
            if (isOver(deadline)) {
                throw late(what);
            }
            pause();
        }
    }

    /**
     * Blocks until {@code read} returns what is {@code expected}, for a minute at most; the failure names the last
     * value.
     *
     * @param what is waited for, for the message
     * @return the value that was accepted
     */
    public static <T extends @Nullable Object> T until(String what, Supplier<T> read, Predicate<? super T> expected)
            throws InterruptedException {
        long deadline = deadline();
        T found = read.get();
        while (!expected.test(found)) {
            if (isOver(deadline)) {
                throw late(what + "; last seen: " + found);
            }
            pause();
            found = read.get();
        }
        return found;
    }

    private static long deadline() {
        return System.nanoTime() + LONGEST.toNanos();
    }

    private static boolean isOver(long deadline) {
        return System.nanoTime() - deadline > 0;
    }

    private static void pause() throws InterruptedException {
        Clock.system().sleep(PAUSE);
    }

    private static AssertionError late(String what) {
        return new AssertionError("did not come within " + LONGEST.toSeconds() + " s: " + what);
    }
}
