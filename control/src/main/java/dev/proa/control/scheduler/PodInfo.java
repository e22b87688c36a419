package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Pod;
import dev.proa.client.ObjectKey;
import java.time.Instant;

/**
 * A pod that waits for a node.
 *
 * @param since when it came into the queue first
 * @param attempts how often it was tried
 */
record PodInfo(Pod pod, Demand demand, Instant since, int attempts) {
    static PodInfo of(Pod pod, Instant since) {
        return new PodInfo(pod, Demand.of(pod), since, 0);
    }

    PodInfo triedAgain() {
        return new PodInfo(pod, demand, since, attempts + 1);
    }

    PodInfo with(Pod newer) {
        return new PodInfo(newer, Demand.of(newer), since, attempts);
    }

    ObjectKey key() {
        return ObjectKey.of(pod.value());
    }

    int priority() {
        return pod.spec().priority();
    }
}
