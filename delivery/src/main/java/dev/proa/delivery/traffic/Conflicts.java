package dev.proa.delivery.traffic;

import dev.proa.client.Retry;
import dev.proa.client.clock.Clock;

/** Writes again what met a conflict. */
final class Conflicts {
    private Conflicts() {}

    /** @param change reads the object itself each time */
    static void retry(Clock clock, Runnable change) {
        try {
            Retry.onConflict(clock, () -> {
                change.run();
                return true;
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrafficException("interrupted while traffic was split");
        }
    }
}
