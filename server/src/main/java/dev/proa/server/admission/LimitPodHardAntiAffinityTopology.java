package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;

/** Refuses pods that keep others from more than their own node. Kubernetes' admission plugin of this name. */
public final class LimitPodHardAntiAffinityTopology implements ValidatingPlugin {
    private static final String NODE = "kubernetes.io/hostname";

    @Override
    public String name() {
        return "LimitPodHardAntiAffinityTopology";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return PodAttributes.isPods(resource)
                && subresource.isEmpty()
                && (operation == Operation.CREATE || operation == Operation.UPDATE);
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        ListValue terms = attributes
                .object()
                .map("spec")
                .map("affinity")
                .map("podAntiAffinity")
                .list("requiredDuringSchedulingIgnoredDuringExecution");
        for (int i = 0; i < terms.size(); i++) {
            String key = terms.map(i).string("topologyKey");
            if (!key.equals(NODE)) {
                throw attributes.forbidden("affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey " + key
                        + " but only key " + NODE + " is allowed");
            }
        }
    }
}
