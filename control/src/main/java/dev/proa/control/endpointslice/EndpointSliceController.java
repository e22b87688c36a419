package dev.proa.control.endpointslice;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.endpointslice.SlicePlan.Desired;
import dev.proa.control.shared.ControlContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps the EndpointSlices of each Service that has a selector. Those of deleted services are left to the garbage collector. */
public final class EndpointSliceController {
    private static final int WORKERS = 5;
    private static final Duration CATCH_UP = Duration.ofSeconds(1);

    private final ControlContext context;
    private final Informer<Service> services;
    private final Informer<Node> nodes;
    private final Index<EndpointSlice> slices;
    private final SliceWriter writer;
    private final TriggerTimes triggers = new TriggerTimes();
    private final Controller<ObjectKey> controller;

    public EndpointSliceController(ControlContext shared) {
        ControlContext context = shared.as("endpointslice-controller");
        this.context = context;
        this.services = context.informers().informer(Service.KIND);
        this.nodes = context.informers().informer(Node.KIND);
        Informer<EndpointSlice> informer = context.informers().informer(EndpointSlice.KIND);
        this.slices =
                informer.indexBy(slice -> List.of(SliceWriter.serviceOf(slice).toString()));
        this.writer = new SliceWriter(context, informer);
        this.controller = context.<ObjectKey>controller("endpointslice-controller", this::reconcile)
                .workers(WORKERS);
        controller
                .watch(services, service -> ObjectKey.of(service.value()))
                .watch(informer, slice -> isOurs(slice) ? SliceWriter.serviceOf(slice) : null)
                .watchWith(context.pods().informer(), new SelectedServices(services, controller.queue()))
                .watchWith(nodes, new NodeHandler());
    }

    private Result reconcile(ObjectKey key) {
        Service service = services.get(key);
        if (service == null || !SelectedServices.isManaged(service)) {
            writer.forget(key);
            triggers.forget(key);
            return Result.DONE;
        }
        List<EndpointSlice> existing = slices.get(key.toString()).stream()
                .filter(slice -> isOurs(slice) && !slice.isDeleting())
                .toList();
        if (writer.isBehind(key, existing)) {
            return Result.after(CATCH_UP); // the event of what was written comes before that
        }
        List<Desired> desired = new ArrayList<>();
        boolean skipped = false;
        List<Pod> pods = SelectedServices.pods(service, context.pods().informer());
        String trigger = triggers.next(key, service, pods);
        for (Pod pod : pods) {
            if (PodEndpoints.hasAddress(pod)) {
                Node node = nodes.get("", pod.spec().nodeName());
                if (node == null && !service.spec().publishNotReadyAddresses()) {
                    skipped = true; // a pod of a node that is gone is about to be collected
                    continue;
                }
                add(desired, service, pod, node);
            }
        }
        act(key, service, SlicePlan.of(service, desired, existing), trigger);
        return skipped ? Result.after(Duration.ofSeconds(5)) : Result.DONE;
    }

    private static void add(List<Desired> desired, Service service, Pod pod, @Nullable Node node) {
        for (String type : PodEndpoints.addressTypes(service)) {
            List<String> addresses = PodEndpoints.addresses(pod, type);
            if (!addresses.isEmpty()) {
                desired.add(new Desired(
                        type, PodEndpoints.ports(service, pod), PodEndpoints.endpoint(service, pod, node, addresses)));
            }
        }
    }

    private void act(ObjectKey key, Service service, SlicePlan plan, String trigger) {
        if (!service.isDeleting()) {
            plan.create().forEach(slice -> writer.create(key, new EndpointSlice(TriggerTimes.mark(slice, trigger))));
        }
        plan.update().forEach(slice -> writer.update(new EndpointSlice(TriggerTimes.mark(slice, trigger))));
        plan.delete().forEach(writer::delete);
    }

    private static boolean isOurs(EndpointSlice slice) {
        return SlicePlan.CONTROLLER.equals(slice.labels().get(SlicePlan.MANAGED_BY));
    }

    /** Endpoints wait for their node, and have its zone. */
    private final class NodeHandler implements EventHandler<Node> {
        @Override
        public void added(Node node) {
            SelectedServices selected = new SelectedServices(services, controller.queue());
            context.pods().byNode().get(node.name()).forEach(selected::added);
        }

        @Override
        public void updated(Node before, Node after) {
            if (!before.labels().equals(after.labels())) {
                added(after);
            }
        }
    }
}
