package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import java.util.List;

/** Gives new PersistentVolumeClaims that name no storage class the default one. Kubernetes' admission plugin of this name. */
public final class DefaultStorageClass implements MutatingPlugin {
    private static final List<String> DEFAULT =
            List.of("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class");
    private static final String CLASS = "volume.beta.kubernetes.io/storage-class";

    @Override
    public String name() {
        return "DefaultStorageClass";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.CREATE
                && subresource.isEmpty()
                && resource.toString().equals("persistentvolumeclaims");
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        MapValue claim = attributes.object();
        if (claim.map("metadata").map("annotations").has(CLASS)
                || claim.map("spec").get("storageClassName") != null) {
            return claim;
        }
        return DefaultClasses.of(attributes.snapshot(), "storageclasses.storage.k8s.io", DEFAULT)
                .map(name -> claim.withMap("spec", spec -> spec.with("storageClassName", name)))
                .orElse(claim);
    }
}
