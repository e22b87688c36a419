package dev.proa.client.fake;

import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits in tests for what other threads do. */
public final class Await {
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private Await() {}

    /**
     * Blocks until {@code condition} holds, for ten seconds at most.
     *
     * @param what is waited for, for the message
     */
    public static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not come within " + LONGEST.toSeconds() + " s: " + what);
            }
            Clock.system().sleep(Duration.ofMillis(2));
        }
    }
}
