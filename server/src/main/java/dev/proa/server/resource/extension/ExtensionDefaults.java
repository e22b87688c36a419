package dev.proa.server.resource.extension;

import dev.proa.api.value.MapValue;
import dev.proa.server.validation.Defaulter;
import dev.proa.server.validation.Values;

/** Defaults of the groups {@code apiextensions.k8s.io} and {@code apiregistration.k8s.io}. */
final class ExtensionDefaults {
    private ExtensionDefaults() {}

    static MapValue customResourceDefinition(MapValue definition) {
        return definition.withMap("spec", spec -> {
            MapValue filled = spec.withMap("names", names -> {
                Defaulter defaulter = Defaulter.of(names);
                String kind = names.string("kind");
                defaulter.fill("singular", kind.toLowerCase(java.util.Locale.ROOT));
                if (!kind.isEmpty()) {
                    defaulter.fill("listKind", kind + "List");
                }
                return defaulter.done();
            });
            return Defaulter.of(filled)
                    .fillAbsent("conversion", MapValue.of("strategy", "None"))
                    .done();
        });
    }

    static MapValue apiService(MapValue service) {
        return service.withMap(
                "spec",
                spec -> Values.withIfPresent(
                        spec,
                        "service",
                        reference -> Defaulter.of(reference).fill("port", 443L).done()));
    }
}
