package dev.proa.control.deployment;

import dev.proa.api.apps.v1.ReplicaSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Distributes a change of a Deployment's size over its ReplicaSets in proportion to their sizes, so that scaling in the middle of
 * a rollout does not hasten the rollout. Pure.
 */
final class ProportionalScaling {
    private ProportionalScaling() {}

    static List<Scale> decide(Rollout rollout) {
        ReplicaSet current = rollout.current();
        ReplicaSet only = onlyActiveOrLatest(rollout);
        if (only != null) {
            return only.spec().replicas() == rollout.desired() ? List.of() : List.of(Scale.to(only, rollout.desired()));
        }
        if (current != null && isSaturated(rollout, current)) {
            return rollout.activeOld().stream().map(set -> Scale.to(set, 0)).toList();
        }
        return rollout.isRolling() && !rollout.all().isEmpty() ? spread(rollout) : List.of();
    }

    /** Whether the size of the deployment is another one than its replica sets were made for. */
    static boolean isResized(Rollout rollout) {
        for (ReplicaSet set : rollout.active()) {
            int known = Revisions.number(set, Revisions.DESIRED_REPLICAS);
            if (known >= 0 && known != rollout.desired()) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable ReplicaSet onlyActiveOrLatest(Rollout rollout) {
        List<ReplicaSet> active = rollout.active();
        if (active.size() == 1) {
            return active.getFirst();
        }
        if (!active.isEmpty()) {
            return null;
        }
        return rollout.current() != null || rollout.old().isEmpty()
                ? rollout.current()
                : rollout.old().getLast();
    }

    private static boolean isSaturated(Rollout rollout, ReplicaSet current) {
        return current.spec().replicas() == rollout.desired()
                && Revisions.number(current, Revisions.DESIRED_REPLICAS) == rollout.desired()
                && current.status().availableReplicas() == rollout.desired();
    }

    private static List<Scale> spread(Rollout rollout) {
        int allowed = rollout.desired() > 0 ? rollout.desired() + rollout.maxSurge() : 0;
        int toAdd = allowed - rollout.wanted();
        List<ReplicaSet> sets = new ArrayList<>(rollout.active());
        Comparator<ReplicaSet> bySize =
                Comparator.comparingInt(set -> -set.spec().replicas());
        // Of sets of one size the newer ones grow first, and the older ones shrink first
        sets.sort(bySize.thenComparing(toAdd > 0 ? Rollout.BY_AGE.reversed() : Rollout.BY_AGE));
        int[] sizes = new int[sets.size()];
        int added = 0;
        for (int i = 0; i < sizes.length; i++) {
            int share = toAdd == 0 || toAdd == added ? 0 : share(rollout, sets.get(i), toAdd, toAdd - added);
            sizes[i] = sets.get(i).spec().replicas() + share;
            added += share;
        }
        if (toAdd != 0) {
            sizes[0] = Math.max(0, sizes[0] + toAdd - added);
        }
        List<Scale> scales = new ArrayList<>();
        for (int i = 0; i < sizes.length; i++) {
            scales.add(new Scale(sets.get(i), sizes[i], true));
        }
        return scales;
    }

    private static int share(Rollout rollout, ReplicaSet set, int toAdd, int left) {
        int share = fraction(rollout, set);
        return toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
    }

    private static int fraction(Rollout rollout, ReplicaSet set) {
        int size = set.spec().replicas();
        if (rollout.desired() == 0) {
            return -size;
        }
        int before = Revisions.number(set, Revisions.MAX_REPLICAS);
        if (before <= 0) {
            before = rollout.deployment().status().replicas();
            if (before == 0) {
                return 0;
            }
        }
        double scaled = (double) size * (rollout.desired() + rollout.maxSurge()) / before;
        return (int) Math.round(scaled) - size;
    }
}
