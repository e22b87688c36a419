package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;

/** Refuses everything, for tests. Kubernetes' admission plugin of this name. */
public final class AlwaysDeny implements MutatingPlugin {

    @Override
    public String name() {
        return "AlwaysDeny";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return true;
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        throw attributes.forbidden("admission control is denying all modifications");
    }
}
