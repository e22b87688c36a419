package dev.proa.server.apiserver;

import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.server.admission.AdmissionAttributes;
import dev.proa.server.resource.pod.PodBinding;
import dev.proa.server.store.Key;
import java.util.List;

/** Serves the pod subresource {@code binding}. */
final class Bindings {
    private static final Resource PODS = new Resource("", "pods");
    private static final Resource BINDINGS = new Resource("", "pods/binding");

    private final Registry registry;
    private final ObjectDecoder decoder;

    Bindings(Registry registry, ObjectDecoder decoder) {
        this.registry = registry;
        this.decoder = decoder;
    }

    /** Binds a pod to a node: {@code pods/binding}, and {@code bindings} of a namespace. */
    ApiResponse bind(Call call) {
        ObjectDecoder.checkWriteOptions(call, "CreateOptions");
        MapValue binding = decoder.decode(call, "v1", "Binding");
        Creator.checkNamespace(call, binding);
        String name = call.info.name();
        String bindingName = binding.map("metadata").string("name");
        if (!name.isEmpty() && !bindingName.equals(name)) {
            throw StatusException.badRequest("name in URL does not match name in Binding object");
        }
        AdmissionAttributes attributes = registry.admission.create(call, bindingName, binding);
        MapValue admitted = registry.admission.mutate(attributes);
        MapValue target = admitted.map("target");
        checkTarget(bindingName, target);
        registry.admission.validate(attributes.withObject(admitted));
        Key key = new Key("pods", call.info.namespace(), bindingName);
        registry.amend(call, key, current -> bound(call, current.value(), bindingName, admitted));
        return call.answer(201, success(201));
    }

    private static void checkTarget(String name, MapValue target) {
        String kind = target.string("kind");
        if (!kind.isEmpty() && !kind.equals("Node")) {
            throw StatusException.invalid(
                    new Resource("", "Binding"),
                    name,
                    List.of(FieldError.notSupported("target.kind", kind, List.of("Node", "<empty>"))));
        }
        if (target.string("name").isEmpty()) {
            throw StatusException.invalid(
                    new Resource("", "Binding"), name, List.of(FieldError.required("target.name", "")));
        }
    }

    private static MapValue bound(Call call, MapValue pod, String name, MapValue binding) {
        MapValue metadata = pod.map("metadata");
        String uid = binding.map("metadata").string("uid");
        if (!uid.isEmpty() && !uid.equals(metadata.string("uid"))) {
            throw StatusException.conflict(
                    PODS,
                    name,
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: "
                            + metadata.string("uid"));
        }
        if (metadata.has("deletionTimestamp")) {
            throw StatusException.conflict(
                    BINDINGS, name, "pod " + name + " is being deleted, cannot be assigned to a host");
        }
        MapValue spec = pod.map("spec");
        if (!spec.string("nodeName").isEmpty()) {
            throw StatusException.conflict(
                    BINDINGS, name, "pod " + name + " is already assigned to node \"" + spec.string("nodeName") + "\"");
        }
        if (!spec.list("schedulingGates").isEmpty()) {
            throw StatusException.conflict(BINDINGS, name, "pod " + name + " has non-empty .spec.schedulingGates");
        }
        return PodBinding.bind(pod, binding, Times.format(call.now));
    }

    static MapValue success(int code) {
        return MapValue.of(
                "apiVersion", "v1",
                "code", (long) code,
                "kind", "Status",
                "metadata", MapValue.EMPTY,
                "status", "Success");
    }
}
