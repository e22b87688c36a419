package dev.proa.server.admission;

import dev.proa.api.codec.GoText;
import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Refuses changes of pods that their node does not say it can follow, in its {@code status.declaredFeatures} (KEP-5328). Kubernetes'
 * admission plugin of this name; the texts are its own.
 */
public final class NodeDeclaredFeatureValidator implements ValidatingPlugin {

    @Override
    public String name() {
        return "NodeDeclaredFeatureValidator";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.UPDATE
                && PodAttributes.isPods(resource)
                && (subresource.isEmpty() || subresource.equals("resize"));
    }

    @Override
    public void validate(AdmissionAttributes request) {
        if (!BoundPods.specChanged(request)) {
            return;
        }
        List<String> wanted = wanted(request.object().map("spec"), request.old().map("spec"));
        if (wanted.isEmpty()) {
            return;
        }
        MapValue node = BoundPods.node(request);
        ListValue declared = node.map("status").list("declaredFeatures");
        wanted.removeIf(declared::contains);
        if (!wanted.isEmpty()) {
            throw request.forbidden("pod update requires features " + String.join(", ", wanted)
                    + " which are not available on node "
                    + GoText.quote(node.map("metadata").string("name")));
        }
    }

    private static List<String> wanted(MapValue spec, MapValue old) {
        List<String> wanted = new ArrayList<>();
        if (!Objects.equals(spec.get("resources"), old.get("resources"))) {
            wanted.add("InPlacePodLevelResourcesVerticalScaling");
        }
        ListValue inits = old.list("initContainers");
        for (int i = 0; i < inits.size(); i++) {
            MapValue now = spec.list("initContainers").map(i);
            if (!now.string("restartPolicy").equals("Always")
                    && !now.map("resources").equals(inits.map(i).map("resources"))) {
                wanted.add("InPlacePodVerticalScalingInitContainers");
                break;
            }
        }
        return wanted;
    }
}
