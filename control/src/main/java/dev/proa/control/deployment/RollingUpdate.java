package dev.proa.control.deployment;

import dev.proa.api.apps.v1.ReplicaSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes the next step of a rolling update from the old ReplicaSets to the current one: with never more than {@code desired + maxSurge} pods, nor fewer than
 * {@code desired - maxUnavailable} available ones. Pure.
 */
final class RollingUpdate {
    private RollingUpdate() {}

    /** What to scale now, nothing when the rollout waits or is done. The rollout has a current set. */
    static List<Scale> next(Rollout rollout, ReplicaSet current) {
        int size = current.spec().replicas();
        int target = sizeOfCurrent(rollout, size);
        if (target != size) {
            return List.of(Scale.to(current, target));
        }
        return shrinkOld(rollout, current);
    }

    /** How large the current set may be, being of {@code size} now. */
    static int sizeOfCurrent(Rollout rollout, int size) {
        if (!rollout.isRolling()) {
            return rollout.desired();
        }
        int desired = rollout.desired();
        if (size >= desired) {
            return desired;
        }
        int room = desired + rollout.maxSurge() - rollout.wanted();
        return room <= 0 ? size : size + Math.min(room, desired - size);
    }

    private static List<Scale> shrinkOld(Rollout rollout, ReplicaSet current) {
        List<ReplicaSet> old = rollout.activeOld();
        int least = rollout.desired() - rollout.maxUnavailable();
        int unavailable = current.spec().replicas() - current.status().availableReplicas();
        int most = rollout.wanted() - least - unavailable;
        if (old.isEmpty() || most <= 0) {
            return List.of();
        }
        Map<String, Integer> sizes = new HashMap<>();
        old.forEach(set -> sizes.put(set.uid(), set.spec().replicas()));
        dropUnavailable(old, sizes, most);
        dropAvailable(old, sizes, staying(rollout) - least);
        List<Scale> scales = new ArrayList<>();
        for (ReplicaSet set : old) {
            int to = sizes.getOrDefault(set.uid(), 0);
            if (to != set.spec().replicas()) {
                scales.add(Scale.to(set, to));
            }
        }
        return scales;
    }

    /**
     * How many pods are available and stay so. A set that was just shrunk still counts pods in its status that are about to go; to take
     * them for available would be to shrink twice for the same new pods.
     */
    private static int staying(Rollout rollout) {
        return rollout.all().stream()
                .mapToInt(set ->
                        Math.min(set.status().availableReplicas(), set.spec().replicas()))
                .sum();
    }

    /** Pods that are not available are missed by nobody, and would only block the way. */
    private static void dropUnavailable(List<ReplicaSet> old, Map<String, Integer> sizes, int most) {
        int left = most;
        for (ReplicaSet set : old) {
            int drop = Math.min(left, set.spec().replicas() - set.status().availableReplicas());
            if (drop > 0) {
                sizes.merge(set.uid(), -drop, Integer::sum);
                left -= drop;
            }
        }
    }

    private static void dropAvailable(List<ReplicaSet> old, Map<String, Integer> sizes, int most) {
        int left = most;
        for (ReplicaSet set : old) {
            int drop = Math.min(left, sizes.getOrDefault(set.uid(), 0));
            if (drop > 0) {
                sizes.merge(set.uid(), -drop, Integer::sum);
                left -= drop;
            }
        }
    }
}
