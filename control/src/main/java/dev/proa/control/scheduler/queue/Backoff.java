package dev.proa.control.scheduler.queue;

import dev.proa.control.scheduler.framework.QueuedPodInfo;
import java.time.Duration;
import java.time.Instant;

/** How long pods back off: 1 s after the first failure, twice as long after each more, 10 s at most. */
final class Backoff {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private Backoff() {}

    /** When the pod has backed off long enough: the next whole second after its back-off has passed. */
    static Instant end(QueuedPodInfo pod) {
        int failures = pod.consecutiveErrors() > 0 ? pod.consecutiveErrors() : pod.unschedulableCount();
        if (failures == 0) {
            return Instant.MIN;
        }
        Duration backoff = FIRST.multipliedBy(1L << Math.min(failures - 1, 10));
        Instant end = pod.queued().plus(backoff.compareTo(LONGEST) > 0 ? LONGEST : backoff);
        return Instant.ofEpochSecond(end.getEpochSecond() + 1);
    }
}
