package dev.proa.client;

import dev.proa.api.status.StatusException;
import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** Retries a change that meets a conflict. */
public final class Retry {
    private static final int ATTEMPTS = 5;

    private Retry() {}

    /**
     * Runs {@code change} up to five times until it meets no conflict (409). It must read the object itself each time.
     *
     * @throws StatusException the last conflict, or any other error at once
     */
    public static <T> T onConflict(Clock clock, Supplier<T> change) throws InterruptedException {
        Duration pause = Duration.ofMillis(10);
        for (int attempt = 1; ; attempt++) {
            try {
                return change.get();
            } catch (StatusException e) {
                if (e.code() != 409 || attempt == ATTEMPTS) {
                    throw e;
                }
            }
            clock.sleep(pause.plusMillis(ThreadLocalRandom.current().nextInt(5)));
            pause = pause.multipliedBy(2);
        }
    }
}
