package dev.proa.server.resource.workload;

import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Path;
import org.jspecify.annotations.Nullable;

/** Validates the status that the controllers of workloads write. */
final class WorkloadStatusValidation {
    private static final Path STATUS = Path.of("status");

    private WorkloadStatusValidation() {}

    static void deployment(MapValue deployment, @Nullable MapValue old, Errors errors) {
        MapValue status = deployment.map("status");
        counts(
                status,
                errors,
                "observedGeneration",
                "replicas",
                "updatedReplicas",
                "readyReplicas",
                "availableReplicas",
                "unavailableReplicas",
                "collisionCount");
        collisions(status, old, errors);
        for (String name : new String[] {"updatedReplicas", "readyReplicas", "availableReplicas"}) {
            atMost(status, name, "replicas", "cannot be greater than status.replicas", errors);
        }
        atMost(status, "availableReplicas", "readyReplicas", "cannot be greater than readyReplicas", errors);
    }

    static void replicaSet(MapValue replicaSet, @Nullable MapValue old, Errors errors) {
        MapValue status = replicaSet.map("status");
        counts(
                status,
                errors,
                "replicas",
                "fullyLabeledReplicas",
                "readyReplicas",
                "availableReplicas",
                "observedGeneration");
        for (String name : new String[] {"fullyLabeledReplicas", "readyReplicas", "availableReplicas"}) {
            atMost(status, name, "replicas", "cannot be greater than status.replicas", errors);
        }
        atMost(status, "availableReplicas", "readyReplicas", "cannot be greater than readyReplicas", errors);
    }

    static void daemonSet(MapValue daemonSet, @Nullable MapValue old, Errors errors) {
        MapValue status = daemonSet.map("status");
        counts(
                status,
                errors,
                "currentNumberScheduled",
                "numberMisscheduled",
                "desiredNumberScheduled",
                "numberReady",
                "observedGeneration",
                "updatedNumberScheduled",
                "numberAvailable",
                "numberUnavailable",
                "collisionCount");
        collisions(status, old, errors);
    }

    static void disruptionBudget(MapValue budget, @Nullable MapValue old, Errors errors) {
        counts(budget.map("status"), errors, "disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods");
    }

    private static void collisions(MapValue status, @Nullable MapValue old, Errors errors) {
        long count = status.integer("collisionCount", 0);
        if (old != null && count >= 0 && count < old.map("status").integer("collisionCount", 0)) {
            errors.invalid(STATUS.child("collisionCount"), count, "cannot be decremented");
        }
    }

    private static void counts(MapValue status, Errors errors, String... names) {
        for (String name : names) {
            errors.notNegative(STATUS.child(name), status.get(name));
        }
    }

    private static void atMost(MapValue status, String name, String limit, String why, Errors errors) {
        long count = status.integer(name, 0);
        if (count > status.integer(limit, 0)) {
            errors.invalid(STATUS.child(name), count, why);
        }
    }
}
