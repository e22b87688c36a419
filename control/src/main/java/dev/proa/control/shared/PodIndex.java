package dev.proa.control.shared;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import java.util.List;
import java.util.stream.Stream;

/**
 * The pods of the cluster.
 *
 * @param informer all of them
 * @param byController by the UID of their controller; those that have none by {@link #orphansOf} their namespace
 * @param byNode by the node they are bound to; those that are bound to none by the empty string
 */
public record PodIndex(Informer<Pod> informer, Index<Pod> byController, Index<Pod> byNode) {
    static PodIndex of(InformerFactory informers) {
        Informer<Pod> pods = informers.informer(Pod.KIND);
        return new PodIndex(
                pods,
                pods.indexBy(pod -> List.of(controllerKey(pod))),
                pods.indexBy(pod -> List.of(pod.value().map("spec").string("nodeName"))));
    }

    /** The value under which {@link #byController} has the pods of a namespace that have no controller. */
    public static String orphansOf(String namespace) {
        return "orphans of " + namespace;
    }

    /** The pods that a controller has, and those of its namespace that it could adopt. */
    public Stream<Pod> ownedOrOrphaned(String namespace, String uid) {
        return Stream.concat(byController.get(uid).stream(), byController.get(orphansOf(namespace)).stream());
    }

    private static String controllerKey(Pod pod) {
        OwnerReference controller = Owners.controllerOf(pod);
        return controller == null ? orphansOf(pod.namespace()) : controller.uid();
    }
}
