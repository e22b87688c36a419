package dev.proa.control.scheduler.queue;

import dev.proa.control.scheduler.framework.QueuedPodInfo;
import java.time.Duration;
import java.time.Instant;

/**
 * How long pods back off.
 *
 * @param first after the first failure; it is twice as long after each more
 * @param longest at most
 */
public record Backoff(Duration first, Duration longest) {
    /** 1 s after the first failure, 10 s at most. */
    public static final Backoff DEFAULT = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));

    /** When the pod has backed off long enough: the next whole second after its back-off has passed. */
    Instant end(QueuedPodInfo pod) {
        int failures = pod.consecutiveErrors() > 0 ? pod.consecutiveErrors() : pod.unschedulableCount();
        if (failures == 0) {
            return Instant.MIN;
        }
        Duration backoff = first;
        for (int i = 1; i < failures && backoff.compareTo(longest) < 0; i++) {
            backoff = backoff.multipliedBy(2);
        }
        Instant end = pod.queued().plus(backoff.compareTo(longest) > 0 ? longest : backoff);
        return Instant.ofEpochSecond(end.getEpochSecond() + 1);
    }
}
