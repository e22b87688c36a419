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
        if (old != null
                && status.integer("collisionCount", 0) < old.map("status").integer("collisionCount", 0)) {
            long count = status.integer("collisionCount", 0);
            if (count >= 0) {
                errors.invalid(STATUS.child("collisionCount"), count, "cannot be decremented");
            }
        }
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
