package dev.proa.server.admission.matching;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.schema.GoShape;
import dev.proa.api.schema.Struct;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.admission.GroupVersionKind;
import dev.proa.server.catalog.Endpoint;
import dev.proa.server.strategy.Strategy;
import java.util.Objects;

/** The objects of a request in the version in which a webhook or policy wants to see them. */
public final class RequestVersions {
    private RequestVersions() {}

    /**
     * An object of a request, {@link AdmissionAttributes#object} or {@link AdmissionAttributes#old}, in the version of {@code target},
     * without fields that are empty where Kubernetes writes none.
     *
     * @throws dev.proa.api.status.StatusException when it cannot be converted
     */
    public static MapValue to(AdmissionAttributes request, Matched target, MapValue object) {
        if (object.isEmpty()) {
            return object;
        }
        MapValue converted = object;
        if (isWhole(request)) {
            Strategy from = strategy(request, request.type());
            Strategy to = strategy(request, target.resource());
            converted = to.fromStorage(from == to ? object : to.readFrom(from, object));
        }
        GroupVersionKind kind = target.kind();
        Struct struct = request.scope().catalog().schemas().kind(kind.apiVersion(), kind.kind());
        return struct == null ? converted : GoShape.of(converted, struct);
    }

    /** The inverse: an object with the defaults of its version, in the version of {@code source}, as the request has it. */
    public static MapValue from(AdmissionAttributes request, Matched source, MapValue object) {
        if (!isWhole(request)) {
            return object;
        }
        Strategy from = strategy(request, source.resource());
        Strategy to = strategy(request, request.type());
        MapValue stored = from.toStorage(from.defaulted(object));
        return from == to ? stored : to.readFrom(from, stored);
    }

    /** Whether the request is about objects of the resource itself, not about those of a subresource, each of which has but one version. */
    private static boolean isWhole(AdmissionAttributes request) {
        return request.kind().equals(GroupVersionKind.of(request.type(), ""));
    }

    private static Strategy strategy(AdmissionAttributes request, ResourceType type) {
        Endpoint endpoint = request.scope().catalog().endpoint(type.group(), type.version(), type.plural());
        return Objects.requireNonNull(endpoint, type::toString).strategy();
    }
}
