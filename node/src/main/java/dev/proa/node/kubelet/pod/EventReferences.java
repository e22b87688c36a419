package dev.proa.node.kubelet.pod;

import dev.proa.api.core.v1.ObjectReference;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.reconcile.EventRecorder;

/** ReferencedObjects to the objects of a kubelet's events. */
public final class EventReferences {
    private EventReferences() {}

    /** One container of a pod: the reference's field path names it. */
    public static ObjectReference container(Pod pod, String name) {
        boolean init = pod.spec().initContainers().stream()
                .anyMatch(container -> container.name().equals(name));
        return EventRecorder.reference(pod)
                .withFieldPath("spec." + (init ? "initContainers" : "containers") + "{" + name + "}");
    }
}
