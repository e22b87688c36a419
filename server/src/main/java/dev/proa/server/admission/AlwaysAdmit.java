package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.server.admission.AdmissionAttributes.Operation;

/** Refuses nothing. Kubernetes' admission plugin of this name, which old configurations turn on. */
public final class AlwaysAdmit implements ValidatingPlugin {

    @Override
    public String name() {
        return "AlwaysAdmit";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return false;
    }

    @Override
    public void validate(AdmissionAttributes attributes) {}
}
