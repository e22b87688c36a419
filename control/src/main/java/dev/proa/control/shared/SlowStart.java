package dev.proa.control.shared;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs an action many times in batches that double in size while they succeed: first one, then two, four and so on. An action that
 * is bound to fail then fails once and not a thousand times. The threads live as long as the batch and pass on what they throw.
 */
public final class SlowStart {
    private SlowStart() {}

    /**
     * @param succeeded how often it went well
     * @param failure the first failure, after which no further batch was begun; null when there was none
     */
    public record Outcome(int succeeded, @Nullable RuntimeException failure) {}

    /** Runs {@code action} {@code count} times, each on a virtual thread, and returns when all that were begun have ended. */
    public static Outcome run(int count, Runnable action) throws InterruptedException {
        int succeeded = 0;
        int batch = 1;
        for (int remaining = count; remaining > 0; batch *= 2) {
            int now = Math.min(batch, remaining);
            Outcome outcome = batch(now, action);
            succeeded += outcome.succeeded();
            if (outcome.failure() != null) {
                return new Outcome(succeeded, outcome.failure());
            }
            remaining -= now;
        }
        return new Outcome(succeeded, null);
    }

    private static Outcome batch(int size, Runnable action) throws InterruptedException {
        List<RuntimeException> failures = Parallel.run(Collections.nCopies(size, action), Runnable::run).stream()
                .filter(Objects::nonNull)
                .toList();
        return new Outcome(size - failures.size(), failures.isEmpty() ? null : failures.getFirst());
    }
}
