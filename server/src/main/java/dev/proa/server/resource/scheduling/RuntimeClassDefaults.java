package dev.proa.server.resource.scheduling;

import dev.proa.api.value.MapValue;
import dev.proa.server.resource.pod.PodDefaults;
import dev.proa.server.validation.Values;

/** Defaults of runtime classes. */
final class RuntimeClassDefaults {
    private RuntimeClassDefaults() {}

    static MapValue fill(MapValue runtimeClass) {
        return Values.withIfPresent(
                runtimeClass,
                "overhead",
                overhead -> Values.withIfPresent(overhead, "podFixed", PodDefaults::quantities));
    }
}
