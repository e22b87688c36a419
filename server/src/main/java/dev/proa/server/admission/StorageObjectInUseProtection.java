package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import java.util.Map;

/**
 * Keeps volumes, claims and attribute classes from going while they are used, by a finalizer that a controller removes. Kubernetes'
 * admission plugin of this name.
 */
public final class StorageObjectInUseProtection implements MutatingPlugin {
    private static final Map<String, String> FINALIZERS = Map.of(
            "persistentvolumes", "kubernetes.io/pv-protection",
            "persistentvolumeclaims", "kubernetes.io/pvc-protection",
            "volumeattributesclasses.storage.k8s.io", "kubernetes.io/vac-protection");

    @Override
    public String name() {
        return "StorageObjectInUseProtection";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.CREATE && subresource.isEmpty() && FINALIZERS.containsKey(resource.toString());
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        String finalizer = FINALIZERS.get(attributes.resource().toString());
        ListValue present = attributes.object().map("metadata").list("finalizers");
        return present.contains(finalizer)
                ? attributes.object()
                : attributes
                        .object()
                        .withMap("metadata", metadata -> metadata.with("finalizers", present.plus(finalizer)));
    }
}
