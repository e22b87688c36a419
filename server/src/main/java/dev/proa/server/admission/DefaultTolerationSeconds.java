package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;

/**
 * Has every pod leave a node that is not ready or not reachable after five minutes, unless its tolerations say otherwise. Kubernetes'
 * admission plugin of this name.
 */
public final class DefaultTolerationSeconds implements MutatingPlugin {
    private static final String[] TAINTS = {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"};
    private static final long SECONDS = 300;

    @Override
    public String name() {
        return "DefaultTolerationSeconds";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return (operation == Operation.CREATE || operation == Operation.UPDATE)
                && subresource.isEmpty()
                && PodAttributes.isPods(resource);
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        return attributes.operation() == Operation.CREATE && PodAttributes.isMirror(attributes)
                ? attributes.object()
                : PodAttributes.withSpec(
                        attributes, tolerations(attributes.object().map("spec")));
    }

    private static MapValue tolerations(MapValue spec) {
        ListValue tolerations = spec.list("tolerations");
        for (String key : TAINTS) {
            if (!tolerates(spec.list("tolerations"), key)) {
                tolerations = tolerations.plus(MapValue.of(
                        "key", key, "operator", "Exists", "effect", "NoExecute", "tolerationSeconds", SECONDS));
            }
        }
        return tolerations == spec.list("tolerations") ? spec : spec.with("tolerations", tolerations);
    }

    private static boolean tolerates(ListValue tolerations, String key) {
        for (int i = 0; i < tolerations.size(); i++) {
            String own = tolerations.map(i).string("key");
            String effect = tolerations.map(i).string("effect");
            if ((own.isEmpty() || own.equals(key)) && (effect.isEmpty() || effect.equals("NoExecute"))) {
                return true;
            }
        }
        return false;
    }
}
