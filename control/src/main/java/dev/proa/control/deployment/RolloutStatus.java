package dev.proa.control.deployment;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.DeploymentStatus;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.control.shared.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Computes the status of a Deployment. Pure. */
final class RolloutStatus {
    static final String AVAILABLE = "Available";
    static final String PROGRESSING = "Progressing";
    private static final String REPLICA_FAILURE = "ReplicaFailure";

    static final String NEW_SET_AVAILABLE = "NewReplicaSetAvailable";
    static final String TIMED_OUT = "ProgressDeadlineExceeded";
    static final String PAUSED = "DeploymentPaused";
    static final String RESUMED = "DeploymentResumed";

    private static final int NO_DEADLINE = Integer.MAX_VALUE;

    private RolloutStatus() {}

    static boolean hasDeadline(Deployment deployment) {
        return deployment.spec().hasProgressDeadlineSeconds()
                && deployment.spec().progressDeadlineSeconds() != NO_DEADLINE;
    }

    static @Nullable MapValue progressing(DeploymentStatus status) {
        return Conditions.get(status.value().list("conditions"), PROGRESSING);
    }

    /** The counts and the condition {@code Available}; all other conditions stay. */
    static DeploymentStatus counted(Rollout rollout, Instant now) {
        Deployment deployment = rollout.deployment();
        List<ReplicaSet> all = rollout.all();
        int available = rollout.available();
        ReplicaSet current = rollout.current();
        MapValue.Builder counts = MapValue.builder(10)
                .put("observedGeneration", deployment.metadata().generation())
                .putIfPresent("collisionCount", deployment.status().value().get("collisionCount"))
                .putIfPresent("terminatingReplicas", terminating(all));
        put(counts, "replicas", sum(all, set -> set.status().replicas()));
        put(counts, "updatedReplicas", current == null ? 0 : current.status().replicas());
        put(counts, "readyReplicas", sum(all, set -> set.status().readyReplicas()));
        put(counts, "availableReplicas", available);
        put(counts, "unavailableReplicas", Math.max(0, rollout.wanted() - available));
        boolean enough = available >= rollout.desired() - rollout.maxUnavailable();
        ListValue conditions = set(
                deployment.status().value().list("conditions"),
                enough
                        ? condition(
                                AVAILABLE,
                                "True",
                                "MinimumReplicasAvailable",
                                "Deployment has minimum availability.",
                                now)
                        : condition(
                                AVAILABLE,
                                "False",
                                "MinimumReplicasUnavailable",
                                "Deployment does not have minimum availability.",
                                now));
        return new DeploymentStatus(counts.put("conditions", conditions).build());
    }

    /** {@link #counted}, and the conditions {@code Progressing} and {@code ReplicaFailure} of a rollout that goes on. */
    static DeploymentStatus rolling(Rollout rollout, Instant now) {
        DeploymentStatus status = counted(rollout, now);
        ListValue conditions = status.value().list("conditions");
        if (!hasDeadline(rollout.deployment())) {
            conditions = Conditions.remove(conditions, PROGRESSING);
        } else if (!wasCompleted(rollout, status)) {
            conditions = progress(rollout, status, conditions, now);
        }
        MapValue failure = failure(rollout);
        conditions = failure == null ? Conditions.remove(conditions, REPLICA_FAILURE) : set(conditions, failure);
        return new DeploymentStatus(status.value().with("conditions", conditions));
    }

    /** Whether all wanted pods are of the current template and available, and no others are left. */
    static boolean isComplete(Deployment deployment, DeploymentStatus status) {
        int desired = deployment.spec().replicas();
        return status.updatedReplicas() == desired
                && status.replicas() == desired
                && status.availableReplicas() == desired
                && status.observedGeneration() >= deployment.metadata().generation();
    }

    /** In how long the rollout may have to be called stuck; null when it needs no watching. */
    static @Nullable Duration untilDeadline(Deployment deployment, DeploymentStatus status, Instant now) {
        MapValue progressing = progressing(deployment.status());
        if (!hasDeadline(deployment)
                || progressing == null
                || isComplete(deployment, status)
                || progressing.string("reason").equals(TIMED_OUT)) {
            return null;
        }
        Instant updated = Times.parse(progressing.get("lastUpdateTime"));
        Instant deadline =
                (updated == null ? now : updated).plusSeconds(deployment.spec().progressDeadlineSeconds());
        Duration left = Duration.between(now, deadline);
        return left.isNegative() ? Duration.ofSeconds(1) : left.plusSeconds(1);
    }

    static MapValue condition(String type, String status, String reason, String message, Instant now) {
        String time = Times.format(now);
        return MapValue.of(
                "type", type,
                "status", status,
                "reason", reason,
                "message", message,
                "lastUpdateTime", time,
                "lastTransitionTime", time);
    }

    /** {@code conditions} with {@code condition}, unless that says nothing new. */
    static ListValue set(ListValue conditions, MapValue condition) {
        MapValue before = Conditions.get(conditions, condition.string("type"));
        if (before == null) {
            return conditions.plus(condition);
        }
        if (!before.string("status").equals(condition.string("status"))) {
            return Conditions.put(conditions, condition);
        }
        return before.string("reason").equals(condition.string("reason"))
                ? conditions
                : Conditions.put(conditions, condition.with("lastTransitionTime", before.get("lastTransitionTime")));
    }

    private static boolean wasCompleted(Rollout rollout, DeploymentStatus status) {
        MapValue before = progressing(rollout.deployment().status());
        return status.replicas() == status.updatedReplicas()
                && before != null
                && before.string("reason").equals(NEW_SET_AVAILABLE);
    }

    private static ListValue progress(Rollout rollout, DeploymentStatus status, ListValue conditions, Instant now) {
        Deployment deployment = rollout.deployment();
        ReplicaSet current = rollout.current();
        String subject =
                current == null ? "Deployment \"" + deployment.name() + "\"" : "ReplicaSet \"" + current.name() + "\"";
        if (isComplete(deployment, status)) {
            return set(
                    conditions,
                    condition(PROGRESSING, "True", NEW_SET_AVAILABLE, subject + " has successfully progressed.", now));
        }
        if (hasProgressed(deployment.status(), status)) {
            MapValue condition = condition(PROGRESSING, "True", "ReplicaSetUpdated", subject + " is progressing.", now);
            MapValue before = progressing(deployment.status());
            if (before != null && before.string("status").equals("True")) {
                condition = condition.with("lastTransitionTime", before.get("lastTransitionTime"));
            }
            return Conditions.put(conditions, condition); // its time of update says when there was progress last
        }
        if (hasTimedOut(deployment, now)) {
            return set(
                    conditions,
                    condition(PROGRESSING, "False", TIMED_OUT, subject + " has timed out progressing.", now));
        }
        return conditions;
    }

    private static boolean hasProgressed(DeploymentStatus before, DeploymentStatus after) {
        return after.updatedReplicas() > before.updatedReplicas()
                || after.replicas() - after.updatedReplicas() < before.replicas() - before.updatedReplicas()
                || after.readyReplicas() > before.readyReplicas()
                || after.availableReplicas() > before.availableReplicas();
    }

    private static boolean hasTimedOut(Deployment deployment, Instant now) {
        MapValue before = progressing(deployment.status());
        if (before == null || before.string("reason").equals(NEW_SET_AVAILABLE)) {
            return false;
        }
        if (before.string("reason").equals(TIMED_OUT)) {
            return true;
        }
        Instant updated = Times.parse(before.get("lastUpdateTime"));
        return updated != null
                && updated.plusSeconds(deployment.spec().progressDeadlineSeconds())
                        .isBefore(now);
    }

    /** The failure of the current set, or of any, as a condition of the deployment. */
    private static @Nullable MapValue failure(Rollout rollout) {
        ReplicaSet current = rollout.current();
        MapValue found = current == null ? null : failureOf(current);
        for (ReplicaSet set : rollout.all()) {
            found = found == null ? failureOf(set) : found;
        }
        return found == null ? null : found.with("lastUpdateTime", found.get("lastTransitionTime"));
    }

    private static @Nullable MapValue failureOf(ReplicaSet set) {
        return Conditions.get(set.status().value().list("conditions"), REPLICA_FAILURE);
    }

    /** Null while a set that was counted does not say how many of its pods are terminating. */
    private static @Nullable Long terminating(List<ReplicaSet> sets) {
        long sum = 0;
        for (ReplicaSet set : sets) {
            if (set.status().hasTerminatingReplicas()) {
                sum += set.status().terminatingReplicas();
            } else if (set.status().observedGeneration() != 0) {
                return null;
            }
        }
        return sum;
    }

    private static int sum(List<ReplicaSet> sets, ToIntFunction<ReplicaSet> count) {
        return sets.stream().mapToInt(count).sum();
    }

    private static void put(MapValue.Builder status, String name, int count) {
        if (count != 0) {
            status.put(name, (long) count);
        }
    }
}
