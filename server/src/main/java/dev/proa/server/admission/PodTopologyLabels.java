package dev.proa.server.admission;

import dev.proa.api.status.Resource;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;
import java.util.List;

/** Gives pods the zone and region of their node as labels when they are bound to it (KEP-4742). Kubernetes' admission plugin of this name. */
public final class PodTopologyLabels implements MutatingPlugin {
    private static final List<String> LABELS = List.of("topology.kubernetes.io/zone", "topology.kubernetes.io/region");

    @Override
    public String name() {
        return "PodTopologyLabels";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return operation == Operation.CREATE
                && PodAttributes.isPods(resource)
                && (subresource.isEmpty() || subresource.equals("binding"));
    }

    @Override
    public MapValue admit(AdmissionAttributes attributes) {
        MapValue object = attributes.object();
        MapValue target = object.map("target");
        String node = attributes.subresource().isEmpty()
                ? object.map("spec").string("nodeName")
                : target.string("kind").equals("Node") ? target.string("name") : "";
        StoredObject stored = node.isEmpty() ? null : attributes.snapshot().get(new Key("nodes", "", node));
        if (stored == null) {
            return object;
        }
        MapValue ofNode = stored.value().map("metadata").map("labels");
        MapValue before = object.map("metadata").map("labels");
        MapValue labels = before;
        for (String name : LABELS) {
            if (ofNode.has(name)) {
                labels = labels.with(name, ofNode.string(name));
            }
        }
        MapValue changed = labels;
        return changed == before ? object : object.withMap("metadata", metadata -> metadata.with("labels", changed));
    }
}
