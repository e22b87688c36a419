package dev.proa.control.daemonset;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Holds back the replacement of pods that fail again and again on a node, as those that a kubelet rejects: by a second after the first, then twice as
 * long each time, up to 15 minutes. Forgotten after twice that time, and when the template changes. Thread-safe.
 */
final class FailedPods {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final Duration MEMORY = LONGEST.multipliedBy(2);
    private static final Duration PRUNING = Duration.ofMinutes(1);

    private final Map<Place, Backoff> places = new HashMap<>();
    private Instant pruned = Instant.MIN;

    /**
     * Where pods fail.
     *
     * @param set UID of the DaemonSet
     * @param generation of it
     */
    record Place(String set, long generation, String node) {}

    private record Backoff(Instant since, Duration length) {
        Instant end() {
            return since.plus(length);
        }

        boolean isForgotten(Instant now) {
            return since.plus(MEMORY).isBefore(now);
        }
    }

    /** How long to leave a failed pod where it is; zero when it may be replaced now, after which the next one will have to wait. */
    synchronized Duration delay(Place place, Instant now) {
        prune(now);
        Backoff last = places.get(place);
        if (last == null || last.isForgotten(now)) {
            places.put(place, new Backoff(now, FIRST));
            return Duration.ZERO;
        }
        if (now.isBefore(last.end())) {
            return Duration.between(now, last.end());
        }
        Duration twice = last.length().multipliedBy(2);
        places.put(place, new Backoff(now, twice.compareTo(LONGEST) > 0 ? LONGEST : twice));
        return Duration.ZERO;
    }

    private void prune(Instant now) {
        if (pruned.isBefore(now.minus(PRUNING))) {
            pruned = now;
            places.values().removeIf(backoff -> backoff.isForgotten(now));
        }
    }
}
