package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.store.Key;

/** Refuses all writes in namespaces that do not exist. Kubernetes' admission plugin of this name. */
public final class NamespaceExists implements ValidatingPlugin {

    @Override
    public String name() {
        return "NamespaceExists";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation != Operation.CONNECT;
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        String namespace = attributes.namespace();
        if (!namespace.isEmpty()
                && !attributes.isNamespace()
                && attributes.snapshot().get(new Key("namespaces", "", namespace)) == null) {
            throw StatusException.notFound(new Resource("", "namespaces"), namespace);
        }
    }
}
