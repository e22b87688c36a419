package dev.proa.server.admission.matching;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;

/** A request as webhooks and policies are told of it, {@code admission.k8s.io AdmissionRequest}. */
public final class AdmissionRequest {
    private AdmissionRequest() {}

    /**
     * The request without its objects.
     *
     * @param target as what the webhook or policy sees it
     */
    public static MapValue of(AdmissionAttributes request, Matched target) {
        MapValue options = request.options().get();
        MapValue.Builder asked = MapValue.builder(16)
                .put("kind", target.kind().toValue())
                .put("resource", resource(target.resource()))
                .put("requestKind", request.kind().toValue())
                .put("requestResource", resource(request.type()))
                .put("operation", request.operation().name())
                .put("userInfo", request.user().toValue())
                .put("dryRun", request.dryRun())
                .putIfPresent("options", options.isEmpty() ? null : options);
        putText(asked, "subResource", request.subresource());
        putText(asked, "requestSubResource", request.subresource());
        putText(asked, "name", request.name());
        putText(asked, "namespace", request.effectiveNamespace());
        return asked.build();
    }

    private static MapValue resource(ResourceType type) {
        return MapValue.of("group", type.group(), "version", type.version(), "resource", type.plural());
    }

    private static void putText(MapValue.Builder into, String name, String text) {
        if (!text.isEmpty()) {
            into.put(name, text);
        }
    }
}
