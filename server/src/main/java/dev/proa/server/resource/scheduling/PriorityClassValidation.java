package dev.proa.server.resource.scheduling;

import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import org.jspecify.annotations.Nullable;

/** Validates priority classes. */
final class PriorityClassValidation {
    private PriorityClassValidation() {}

    static void check(MapValue priorityClass, @Nullable MapValue old, Errors errors) {
        String name = priorityClass.map("metadata").string("name");
        long value = priorityClass.integer("value", 0);
        boolean system = name.equals("system-cluster-critical") || name.equals("system-node-critical");
        if (name.startsWith("system-") && !system) {
            errors.forbidden(
                    Path.of("metadata").child("name"),
                    "priority class names with 'system-' prefix are reserved for system use only. error: priority class name is"
                            + " not a known system priority class");
        } else if (value > 1_000_000_000 && !system) {
            errors.forbidden(Path.of("value"), "maximum allowed value of a user defined priority is 1000000000");
        }
        Object policy = priorityClass.get("preemptionPolicy");
        if (policy != null && old == null) {
            if (policy.equals("")) {
                errors.required(Path.of("preemptionPolicy"), "");
            } else {
                errors.oneOf(Path.of("preemptionPolicy"), policy, "PreemptLowerPriority", "Never");
            }
        }
        if (old != null) {
            if (value != old.integer("value", 0)) {
                errors.forbidden(Path.of("value"), "may not be changed in an update.");
            }
            if (!Values.same(priorityClass.get("preemptionPolicy"), old.get("preemptionPolicy"))) {
                errors.invalid(
                        Path.of("preemptionPolicy"), priorityClass.get("preemptionPolicy"), "field is immutable");
            }
        }
    }
}
