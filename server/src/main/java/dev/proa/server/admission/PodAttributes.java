package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.MapValue;
import dev.proa.server.authorization.PodReferences;

/** What the plugins for pods ask of a request. */
final class PodAttributes {
    private PodAttributes() {}

    /** Whether a resource is that of pods. */
    static boolean isPods(Resource resource) {
        return resource.group().isEmpty() && resource.name().equals("pods");
    }

    /** Whether the object is a mirror pod: a copy of what a node runs anyhow, which the plugins leave as it is. */
    static boolean isMirror(AdmissionAttributes attributes) {
        return PodReferences.isMirror(attributes.object());
    }

    /** The object with another spec; the very same when the spec is. */
    static MapValue withSpec(AdmissionAttributes attributes, MapValue spec) {
        MapValue pod = attributes.object();
        return spec == pod.get("spec") ? pod : pod.with("spec", spec);
    }
}
