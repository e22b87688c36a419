package dev.proa.control.daemonset;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.apps.v1.DaemonSetStatus;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.control.daemonset.NodeFit.Verdict;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Counts the pods of a DaemonSet: of each node the oldest. Pure. */
final class DaemonSetCounts {
    private DaemonSetCounts() {}

    /**
     * The status of a DaemonSet.
     *
     * @param acted whether its spec has been acted on, which is then the observed generation
     * @param collisions how often the hash of its template was taken
     */
    static DaemonSetStatus status(NodePods known, boolean acted, int collisions) {
        DaemonSet set = known.set();
        int desired = 0;
        int scheduled = 0;
        int misscheduled = 0;
        int ready = 0;
        int updated = 0;
        int available = 0;
        for (Map.Entry<String, Verdict> node : known.verdicts().entrySet()) {
            List<Pod> pods = known.on(node.getKey());
            if (node.getValue() != Verdict.RUN) {
                misscheduled += pods.isEmpty() ? 0 : 1;
                continue;
            }
            desired++;
            if (pods.isEmpty()) {
                continue;
            }
            scheduled++;
            Pod pod = pods.getFirst();
            ready += Pods.isReady(pod) ? 1 : 0;
            available += known.isAvailable(pod) ? 1 : 0;
            updated += known.isCurrent(pod) ? 1 : 0;
        }
        MapValue status = set.status()
                .value()
                .with("desiredNumberScheduled", (long) desired)
                .with("currentNumberScheduled", (long) scheduled)
                .with("numberMisscheduled", (long) misscheduled)
                .with("numberReady", (long) ready);
        status = unlessZero(status, "updatedNumberScheduled", updated);
        status = unlessZero(status, "numberAvailable", available);
        status = unlessZero(status, "numberUnavailable", desired - available);
        status = unlessZero(status, "collisionCount", collisions);
        return new DaemonSetStatus(
                acted ? unlessZero(status, "observedGeneration", set.metadata().generation()) : status);
    }

    private static MapValue unlessZero(MapValue status, String name, long count) {
        return count == 0 ? status.without(name) : status.with(name, count);
    }

    /** When the next of the pods that are ready becomes available; null when none will. */
    static @Nullable Duration untilAvailable(NodePods known) {
        int seconds = known.set().spec().minReadySeconds();
        return seconds == 0
                ? null
                : known.pods().values().stream()
                        .flatMap(List::stream)
                        .map(pod -> Pods.untilAvailable(pod, seconds, known.now()))
                        .filter(Objects::nonNull)
                        .min(Duration::compareTo)
                        .orElse(null);
    }
}
