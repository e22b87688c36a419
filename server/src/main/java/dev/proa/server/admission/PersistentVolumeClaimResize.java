package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;

/** Lets only those claims grow whose storage class allows it. Kubernetes' admission plugin of this name. */
public final class PersistentVolumeClaimResize implements ValidatingPlugin {
    private static final String CLASS = "volume.beta.kubernetes.io/storage-class";

    @Override
    public String name() {
        return "PersistentVolumeClaimResize";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.UPDATE
                && subresource.isEmpty()
                && resource.toString().equals("persistentvolumeclaims");
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        if (size(attributes.object()).compareTo(size(attributes.old())) <= 0) {
            return;
        }
        if (!attributes.old().map("status").string("phase").equals("Bound")) {
            throw attributes.forbidden("Only bound persistent volume claims can be expanded");
        }
        String name = storageClass(attributes.object());
        StoredObject storageClass = name.isEmpty() || !name.equals(storageClass(attributes.old()))
                ? null
                : attributes.snapshot().get(new Key("storageclasses.storage.k8s.io", "", name));
        if (storageClass == null || !storageClass.value().bool("allowVolumeExpansion")) {
            throw attributes.forbidden("only dynamically provisioned pvc can be resized and the storageclass that"
                    + " provisions the pvc must support resize");
        }
    }

    private static Quantity size(MapValue claim) {
        return Quantity.from(claim.map("spec").map("resources").map("requests").get("storage"));
    }

    private static String storageClass(MapValue claim) {
        MapValue annotations = claim.map("metadata").map("annotations");
        return annotations.has(CLASS)
                ? annotations.string(CLASS)
                : claim.map("spec").string("storageClassName");
    }
}
