package dev.proa.server.resource.workload;

import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.Path;
import org.jspecify.annotations.Nullable;

/** Validates pod disruption budgets. */
final class DisruptionBudgetValidation {
    private static final Path SPEC = Path.of("spec");

    private DisruptionBudgetValidation() {}

    static void check(MapValue budget, @Nullable MapValue old, Errors errors) {
        MapValue spec = budget.map("spec");
        Object min = spec.get("minAvailable");
        Object max = spec.get("maxUnavailable");
        if (min != null && max != null) {
            errors.invalid(SPEC, spec, "minAvailable and maxUnavailable cannot be both set");
        }
        WorkloadValidation.intOrPercent(SPEC.child("minAvailable"), min, errors);
        WorkloadValidation.notMoreThanAll(SPEC.child("minAvailable"), min, errors);
        WorkloadValidation.intOrPercent(SPEC.child("maxUnavailable"), max, errors);
        WorkloadValidation.notMoreThanAll(SPEC.child("maxUnavailable"), max, errors);
        Metadata.labelSelector(spec.map("selector"), SPEC.child("selector"), errors);
        if (spec.get("unhealthyPodEvictionPolicy") != null) {
            errors.oneOf(
                    SPEC.child("unhealthyPodEvictionPolicy"),
                    spec.get("unhealthyPodEvictionPolicy"),
                    "AlwaysAllow",
                    "IfHealthyBudget");
        }
    }
}
