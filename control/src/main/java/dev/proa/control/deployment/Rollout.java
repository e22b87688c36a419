package dev.proa.control.deployment;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.control.shared.Templates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A deployment and its replica sets at one moment.
 *
 * @param current the replica set of the deployment's own template; null when there is none yet
 * @param old all others, oldest first
 */
record Rollout(Deployment deployment, @Nullable ReplicaSet current, List<ReplicaSet> old) {
    static final Comparator<ReplicaSet> BY_AGE =
            Comparator.comparing(Rollout::created).thenComparing(ReplicaSet::name);

    Rollout {
        old = List.copyOf(old);
    }

    /** Of several sets of the deployment's template, which should not be, the oldest counts. */
    static Rollout of(Deployment deployment, Collection<ReplicaSet> sets) {
        List<ReplicaSet> sorted = new ArrayList<>(sets);
        sorted.sort(BY_AGE);
        ReplicaSet current = null;
        List<ReplicaSet> old = new ArrayList<>(sorted.size());
        for (ReplicaSet set : sorted) {
            if (current == null
                    && Templates.same(set.spec().template(), deployment.spec().template())) {
                current = set;
            } else {
                old.add(set);
            }
        }
        return new Rollout(deployment, current, old);
    }

    Rollout with(Deployment changed) {
        return new Rollout(changed, current, old);
    }

    Rollout withCurrent(ReplicaSet set) {
        return new Rollout(deployment, set, old);
    }

    /** This rollout with another state of one of its sets. */
    Rollout withSet(ReplicaSet changed) {
        if (current != null && current.uid().equals(changed.uid())) {
            return withCurrent(changed);
        }
        return new Rollout(
                deployment,
                current,
                old.stream()
                        .map(set -> set.uid().equals(changed.uid()) ? changed : set)
                        .toList());
    }

    /** The old sets, and then the current one if there is one. */
    List<ReplicaSet> all() {
        if (current == null) {
            return old;
        }
        List<ReplicaSet> all = new ArrayList<>(old);
        all.add(current);
        return all;
    }

    /** Those that want pods. */
    List<ReplicaSet> active() {
        return all().stream().filter(set -> set.spec().replicas() > 0).toList();
    }

    List<ReplicaSet> activeOld() {
        return old.stream().filter(set -> set.spec().replicas() > 0).toList();
    }

    int desired() {
        return deployment.spec().replicas();
    }

    boolean isRolling() {
        return deployment.spec().strategy().type().equals("RollingUpdate");
    }

    /** How many pods more than desired there may be. */
    int maxSurge() {
        return isRolling() ? Limits.of(deployment).surge() : 0;
    }

    /** How many pods fewer than desired may be available. */
    int maxUnavailable() {
        return !isRolling() || desired() == 0
                ? 0
                : Math.min(Limits.of(deployment).unavailable(), desired());
    }

    /** How many pods all sets together want. */
    int wanted() {
        return all().stream().mapToInt(set -> set.spec().replicas()).sum();
    }

    int available() {
        return all().stream().mapToInt(set -> set.status().availableReplicas()).sum();
    }

    private static Instant created(ReplicaSet set) {
        Instant created = set.metadata().creationTimestamp();
        return created == null ? Instant.EPOCH : created;
    }

    /** {@code maxSurge} and {@code maxUnavailable} as numbers; they are never both 0, for nothing could move then. */
    private record Limits(int surge, int unavailable) {
        static Limits of(Deployment deployment) {
            var strategy = deployment.spec().strategy().rollingUpdate();
            int desired = deployment.spec().replicas();
            int surge = strategy.maxSurge().scaled(desired, true);
            int unavailable = strategy.maxUnavailable().scaled(desired, false);
            return new Limits(surge, surge == 0 && unavailable == 0 ? 1 : unavailable);
        }
    }
}
