package dev.proa.server.resource;

import dev.proa.api.value.MapValue;

/** Defaults of priority classes. */
final class PriorityClassDefaults {
    private PriorityClassDefaults() {}

    static MapValue fill(MapValue priorityClass) {
        return Defaulter.of(priorityClass)
                .fillAbsent("preemptionPolicy", "PreemptLowerPriority")
                .done();
    }
}
