package dev.proa.control.replicaset;

import dev.proa.api.core.v1.Pod;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the pods to delete when a ReplicaSet has too many. In this order: not bound to a node; pending, then of unknown phase; not ready; of lower deletion
 * cost; on a node with more of their kind; ready for a shorter time; restarted more often; younger. Times are compared by their
 * order of magnitude, so that not always the youngest go (KEP-2185).
 * Pods that are alike in all this go in the order of their names.
 */
final class DeletionOrder {
    private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

    private DeletionOrder() {}

    /**
     * The {@code count} pods of {@code pods} to delete.
     *
     * @param related the pods of all replica sets of the same owner, for how many are on a node
     */
    static List<Pod> choose(List<Pod> pods, Collection<Pod> related, int count, Instant now) {
        if (count >= pods.size()) {
            return pods;
        }
        Map<String, Integer> onNode = new HashMap<>();
        for (Pod pod : related) {
            if (Pods.isActive(pod)) {
                onNode.merge(pod.spec().nodeName(), 1, Integer::sum);
            }
        }
        List<Ranked> ranked = new ArrayList<>(pods.size());
        for (Pod pod : pods) {
            ranked.add(Ranked.of(pod, onNode.getOrDefault(pod.spec().nodeName(), 0), now));
        }
        ranked.sort(ORDER);
        return ranked.subList(0, count).stream().map(Ranked::pod).toList();
    }

    private static final Comparator<Ranked> ORDER = Comparator.comparing(Ranked::bound)
            .thenComparingInt(Ranked::phase)
            .thenComparing(Ranked::ready)
            .thenComparingInt(Ranked::cost)
            .thenComparing(Comparator.comparingInt(Ranked::onNode).reversed())
            .thenComparingInt(Ranked::readyMagnitude)
            .thenComparing(Comparator.comparingInt(Ranked::restarts).reversed())
            .thenComparing(Comparator.comparingInt(Ranked::sidecarRestarts).reversed())
            .thenComparingInt(Ranked::ageMagnitude)
            .thenComparing(ranked -> ranked.pod().name());

    /** A pod with everything it is compared by. */
    private record Ranked(
            Pod pod,
            boolean bound,
            int phase,
            boolean ready,
            int cost,
            int onNode,
            int readyMagnitude,
            int restarts,
            int sidecarRestarts,
            int ageMagnitude) {

        static Ranked of(Pod pod, int onNode, Instant now) {
            boolean ready = Pods.isReady(pod);
            int phase = switch (Pods.phase(pod)) {
                case "Running" -> 2;
                case "Unknown" -> 1;
                default -> 0;
            };
            return new Ranked(
                    pod,
                    !pod.spec().nodeName().isEmpty(),
                    phase,
                    ready,
                    costOf(pod),
                    onNode,
                    ready ? magnitude(Pods.readySince(pod), now) : 0,
                    Pods.mostRestarts(pod),
                    Pods.mostSidecarRestarts(pod),
                    magnitude(pod.metadata().creationTimestamp(), now));
        }
    }

    private static int costOf(Pod pod) {
        String cost = pod.annotations().get(DELETION_COST);
        try {
            return cost == null ? 0 : Integer.parseInt(cost);
        } catch (NumberFormatException e) {
            return 0; // validation refuses it at the API
        }
    }

    /** The logarithm to the base of two of the nanoseconds since {@code then}. */
    private static int magnitude(@Nullable Instant then, Instant now) {
        if (then == null) {
            return -2;
        }
        long nanos = Duration.between(then, now).toNanos();
        return nanos <= 0 ? -1 : 63 - Long.numberOfLeadingZeros(nanos);
    }
}
