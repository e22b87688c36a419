package dev.proa.server.resource.scheduling;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.resource.pod.ResourceRequirementsValidation;
import dev.proa.server.resource.pod.SchedulingValidation;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Metadata;
import dev.proa.server.validation.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates runtime classes. */
final class RuntimeClassValidation {
    private RuntimeClassValidation() {}

    static void check(MapValue runtimeClass, @Nullable MapValue old, Errors errors) {
        String handler = runtimeClass.string("handler");
        if (handler.isEmpty()) {
            errors.required(Path.of("handler"), "");
        } else {
            errors.invalid(Path.of("handler"), handler, Formats.dnsLabel(handler));
        }
        if (runtimeClass.get("overhead") instanceof MapValue overhead) {
            MapValue limits = MapValue.of("limits", overhead.map("podFixed"));
            ResourceRequirementsValidation.check(limits, Path.of("overhead"), errors);
        }
        MapValue scheduling = runtimeClass.map("scheduling");
        Path path = Path.of("scheduling");
        Metadata.labels(scheduling.map("nodeSelector"), path.child("nodeSelector"), errors);
        ListValue tolerations = scheduling.list("tolerations");
        SchedulingValidation.tolerations(tolerations, path.child("tolerations"), errors);
        Set<List<String>> seen = new HashSet<>();
        for (int i = 0; i < tolerations.size(); i++) {
            MapValue toleration = tolerations.map(i);
            List<String> key = List.of(
                    toleration.string("key"),
                    toleration.string("operator"),
                    toleration.string("value"),
                    toleration.string("effect"));
            if (!seen.add(key)) {
                errors.duplicate(path.child("tolerations").index(i), toleration);
            }
        }
        if (old != null) {
            errors.immutable(Path.of("handler"), handler, old.string("handler"));
        }
    }
}
