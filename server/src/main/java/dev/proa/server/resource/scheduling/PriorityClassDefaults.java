package dev.proa.server.resource.scheduling;

import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Defaulter;

/** Defaults of priority classes. */
final class PriorityClassDefaults {
    private PriorityClassDefaults() {}

    static MapValue fill(MapValue priorityClass) {
        return Defaulter.of(priorityClass)
                .fillAbsent("preemptionPolicy", "PreemptLowerPriority")
                .done();
    }
}
