package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;

/**
 * Taints new nodes as not ready, so that no pod is placed there until the node lifecycle controller has seen them ready. Kubernetes'
 * admission plugin of this name.
 */
public final class TaintNodesByCondition implements MutatingPlugin {
    private static final MapValue TAINT = MapValue.of("key", "node.kubernetes.io/not-ready", "effect", "NoSchedule");

    @Override
    public String name() {
        return "TaintNodesByCondition";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.CREATE
                && subresource.isEmpty()
                && resource.toString().equals("nodes");
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        ListValue taints = attributes.object().map("spec").list("taints");
        for (int i = 0; i < taints.size(); i++) {
            if (taints.map(i).string("key").equals(TAINT.string("key"))
                    && taints.map(i).string("effect").equals(TAINT.string("effect"))) {
                return attributes.object();
            }
        }
        return attributes.object().withMap("spec", spec -> spec.with("taints", taints.plus(TAINT)));
    }
}
