package dev.proa.control.endpointslice;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.WorkQueue;
import dev.proa.control.shared.Pods;
import java.util.List;
import java.util.Objects;

/** Queues the services that a changed pod belongs to, and finds the pods that a service selects. */
final class SelectedServices implements EventHandler<Pod> {
    private final Informer<Service> services;
    private final WorkQueue<ObjectKey> queue;

    SelectedServices(Informer<Service> services, WorkQueue<ObjectKey> queue) {
        this.services = services;
        this.queue = queue;
    }

    /** Whether this program is to say where a service leads; otherwise its user does, or DNS. */
    static boolean isManaged(Service service) {
        return !service.spec().selector().isEmpty() && !service.spec().type().equals("ExternalName");
    }

    static List<Pod> pods(Service service, Informer<Pod> pods) {
        LabelSelector selector = selector(service);
        return pods.list(service.namespace()).stream().filter(selector::matches).toList();
    }

    @Override
    public void added(Pod pod) {
        add(pod);
    }

    @Override
    public void updated(Pod before, Pod after) {
        boolean relabeled = !Objects.equals(labels(before), labels(after));
        if (relabeled) {
            add(before);
        }
        if (relabeled || looksDifferent(before, after)) {
            add(after);
        }
    }

    @Override
    public void deleted(Pod last) {
        add(last);
    }

    /** Pods without an address are behind no service, whatever becomes of them. */
    private static boolean looksDifferent(Pod before, Pod after) {
        boolean has = PodEndpoints.hasAddress(after);
        if (has != PodEndpoints.hasAddress(before)) {
            return true;
        }
        return has
                && (Pods.isReady(before) != Pods.isReady(after)
                        || before.isDeleting() != after.isDeleting()
                        || !Objects.equals(
                                before.status().value().get("podIPs"),
                                after.status().value().get("podIPs"))
                        || !before.status().podIP().equals(after.status().podIP()));
    }

    private void add(Pod pod) {
        for (Service service : services.list(pod.namespace())) {
            if (isManaged(service) && selector(service).matches(pod)) {
                queue.add(ObjectKey.of(service.value()));
            }
        }
    }

    private static LabelSelector selector(Service service) {
        return LabelSelector.ofLabels(service.spec().selector());
    }

    private static MapValue labels(Pod pod) {
        return pod.value().map("metadata").map("labels");
    }
}
