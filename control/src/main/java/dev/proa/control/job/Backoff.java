package dev.proa.control.job;

import dev.proa.api.core.v1.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long the pods of a Job that failed wait for their successors: ten seconds after the first failure, twice as long after each
 * further one, at most ten minutes. A pod that succeeds ends the count.
 *
 * @param failures how many pods failed since the last one that succeeded
 * @param lastFailure when the last of them did; null when none has
 */
record Backoff(int failures, @Nullable Instant lastFailure) {
    static final Backoff NONE = new Backoff(0, null);

    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** This back-off after more pods have ended. */
    Backoff after(List<Pod> succeeded, List<Pod> failed) {
        Instant lastSuccess = succeeded.stream()
                .map(JobPods::finishedAt)
                .max(Comparator.naturalOrder())
                .orElse(null);
        List<Instant> since = failed.stream()
                .map(JobPods::finishedAt)
                .filter(time -> lastSuccess == null || time.isAfter(lastSuccess))
                .toList();
        int before = lastSuccess == null ? failures : 0;
        if (since.isEmpty()) {
            return lastSuccess == null ? this : NONE;
        }
        return new Backoff(
                before + since.size(),
                since.stream().max(Comparator.naturalOrder()).orElse(null));
    }

    /** For how long no pod may be created; zero when one may be. */
    Duration remaining(Instant now) {
        return lastFailure == null ? Duration.ZERO : remaining(failures, lastFailure, now);
    }

    /** For how long the index of {@code lastFailed} may not get another pod. */
    static Duration remaining(Pod lastFailed, Instant now) {
        return remaining(JobPods.allFailures(lastFailed) + 1, JobPods.finishedAt(lastFailed), now);
    }

    private static Duration remaining(int failures, Instant lastFailure, Instant now) {
        if (failures == 0) {
            return Duration.ZERO;
        }
        Duration wait = failures > 10 ? LONGEST : FIRST.multipliedBy(1L << (failures - 1));
        Duration capped = wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
        Duration remaining = Duration.between(now, lastFailure.plus(capped));
        return remaining.isNegative() ? Duration.ZERO : remaining;
    }
}
