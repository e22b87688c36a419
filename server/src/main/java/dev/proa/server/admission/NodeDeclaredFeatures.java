package dev.proa.server.admission;

import dev.proa.api.status.GoText;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionRequest.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Refuses changes of pods that their node does not say it can follow, in its {@code status.declaredFeatures} (KEP-5328). Kubernetes'
 * {@code NodeDeclaredFeatureValidator}; the texts are its own.
 */
public final class NodeDeclaredFeatures implements AdmissionPlugin {

    @Override
    public void validate(AdmissionRequest request) {
        if (request.operation() != Operation.UPDATE
                || !request.resource().toString().equals("pods")
                || !(request.subresource().isEmpty() || request.subresource().equals("resize"))
                || !BoundPods.specChanged(request)) {
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
