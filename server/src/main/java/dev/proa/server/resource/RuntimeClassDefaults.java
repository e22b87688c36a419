package dev.proa.server.resource;

import dev.proa.api.value.MapValue;

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
