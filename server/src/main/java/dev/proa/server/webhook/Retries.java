package dev.proa.server.webhook;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Calls a webhook again that failed, up to five times in all, as Kubernetes does. Each pause is half as long again as the one before, and up to a
 * fifth longer at random. Safe for any thread but event loops: it blocks.
 *
 * @param firstPause between the first call and the second
 * @param pause waits between two calls
 */
public record Retries(Duration firstPause, Pause pause) {
    private static final int MOST_CALLS = 5;
    private static final double FACTOR = 1.5;
    private static final double JITTER = 0.2;

    /** Waits between two calls. */
    @FunctionalInterface
    public interface Pause {
        /** Returns whether there is to be another call. */
        boolean of(Duration time) throws InterruptedException;
    }

    /** Sleeps between two calls. */
    public Retries(Duration firstPause) {
        this(firstPause, time -> {
            Thread.sleep(time);
            return true;
        });
    }

    /** Calls until it succeeds, as long as failures may pass. */
    public <T> T call(Supplier<T> call) {
        return call(call, failure -> failure instanceof WebhookCallException e && e.mayPass());
    }

    /**
     * Calls until it succeeds.
     *
     * @param again whether to call again after a failure
     * @throws RuntimeException the last failure
     * @throws WebhookCallException of {@link WebhookCallException.Kind#CANCELED} when the thread is interrupted during a pause
     */
    public <T> T call(Supplier<T> call, Predicate<RuntimeException> again) {
        Duration wait = firstPause;
        for (int calls = 1; ; calls++) {
            try {
                return call.get();
            } catch (RuntimeException e) {
                if (calls == MOST_CALLS || !again.test(e) || !paused(wait)) {
                    throw e;
                }
            }
            wait = times(wait, FACTOR);
        }
    }

    private boolean paused(Duration wait) {
        try {
            return pause.of(times(wait, 1 + JITTER * ThreadLocalRandom.current().nextDouble()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WebhookCallException("webhook call failed: context canceled", WebhookCallException.Kind.CANCELED);
        }
    }

    private static Duration times(Duration time, double factor) {
        return Duration.ofNanos((long) (time.toNanos() * factor));
    }
}
