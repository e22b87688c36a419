package dev.proa.server.admission;

import dev.proa.api.codec.GoText;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;

/** What plugins ask about a change of a pod that is on a node. */
final class BoundPods {
    private BoundPods() {}

    /** Whether the pod is bound, and what it wants is another thing than before. */
    static boolean specChanged(AdmissionAttributes request) {
        return !request.object().map("spec").string("nodeName").isEmpty()
                && request.object().map("metadata").integer("generation", 0)
                        != request.old().map("metadata").integer("generation", 0);
    }

    /**
     * The pod's node.
     *
     * @throws dev.proa.api.status.StatusException when there is none
     */
    static MapValue node(AdmissionAttributes request) {
        String name = request.object().map("spec").string("nodeName");
        StoredObject node = request.snapshot().get(new Key("nodes", "", name));
        if (node == null) {
            throw request.forbidden("node " + GoText.quote(name) + " not found");
        }
        return node.value();
    }
}
