package dev.proa.control.endpointslice;

import dev.proa.api.core.v1.Endpoints;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import java.time.Duration;
import java.util.List;

/**
 * Mirrors Endpoints that users write for services without a selector into EndpointSlices, for those who read nothing else: the
 * service proxy and DNS (KEP-0752).
 */
public final class EndpointSliceMirroringController {
    private static final String SKIP = "endpointslice.kubernetes.io/skip-mirror";
    private static final String LEADER = "control-plane.alpha.kubernetes.io/leader";
    private static final int WORKERS = 5;

    private final Informer<Service> services;
    private final Informer<Endpoints> endpoints;
    private final Index<EndpointSlice> slices;
    private final SliceWriter writer;
    private final EventRecorder events;
    private final Controller<ObjectKey> controller;

    public EndpointSliceMirroringController(ControlContext shared) {
        ControlContext context = shared.as("endpointslicemirroring-controller");
        this.services = context.informers().informer(Service.KIND);
        this.endpoints = context.informers().informer(Endpoints.KIND);
        Informer<EndpointSlice> informer = context.informers().informer(EndpointSlice.KIND);
        this.slices = informer.indexBy(
                slice -> isOurs(slice) ? List.of(SliceWriter.serviceOf(slice).toString()) : List.of());
        this.writer = new SliceWriter(context, informer);
        this.events = context.events("endpoint-slice-mirroring-controller");
        this.controller = context.<ObjectKey>controller("endpointslice-mirroring-controller", this::reconcile)
                .workers(WORKERS);
        controller
                .watchWith(services, new ServiceHandler())
                .watchWith(endpoints, new EndpointsHandler())
                .watch(informer, slice -> isOurs(slice) ? SliceWriter.serviceOf(slice) : null);
    }

    private Result reconcile(ObjectKey key) {
        Service service = services.get(key);
        Endpoints source = endpoints.get(key);
        List<EndpointSlice> existing = slices.get(key.toString()).stream()
                .filter(slice -> !slice.isDeleting())
                .toList();
        if (source == null || service == null || hasSelector(service) || !isMirrored(source)) {
            existing.forEach(writer::delete);
            writer.forget(key);
            return Result.DONE;
        }
        if (writer.isBehind(key, existing)) {
            return Result.after(Duration.ofSeconds(1)); // the event of what was written comes before that
        }
        MirrorPlan plan = MirrorPlan.of(source, existing);
        if (plan.skipped() > 0) {
            events.warning(
                    source,
                    "TooManyAddressesToMirror",
                    "A max of " + MirrorPlan.CAPACITY
                            + " addresses can be mirrored to EndpointSlices per Endpoints subset. " + plan.skipped()
                            + " addresses were skipped");
        }
        if (!source.isDeleting()) {
            plan.create().forEach(slice -> writer.create(key, slice));
        }
        plan.update().forEach(writer::update);
        plan.delete().forEach(writer::delete);
        return Result.DONE;
    }

    private static boolean hasSelector(Service service) {
        return !service.spec().selector().isEmpty();
    }

    private static boolean isMirrored(Endpoints object) {
        return !"true".equals(object.labels().get(SKIP))
                && !object.annotations().containsKey(LEADER);
    }

    private static boolean isOurs(EndpointSlice slice) {
        return MirrorPlan.CONTROLLER.equals(slice.labels().get(SlicePlan.MANAGED_BY));
    }

    /** It matters only whether a service is there and has no selector. */
    private final class ServiceHandler implements EventHandler<Service> {
        @Override
        public void added(Service service) {
            if (!hasSelector(service)) {
                controller.queue().add(ObjectKey.of(service.value()));
            }
        }

        @Override
        public void updated(Service before, Service after) {
            if (hasSelector(before) != hasSelector(after)) {
                controller.queue().add(ObjectKey.of(after.value()));
            }
        }

        @Override
        public void deleted(Service last) {
            added(last);
        }
    }

    /** Most Endpoints are of services with a selector, and nothing to this controller. */
    private final class EndpointsHandler implements EventHandler<Endpoints> {
        @Override
        public void added(Endpoints object) {
            ObjectKey key = ObjectKey.of(object.value());
            Service service = services.get(key);
            if (service == null || !hasSelector(service)) {
                controller.queue().add(key);
            }
        }

        @Override
        public void updated(Endpoints before, Endpoints after) {
            added(after);
        }

        @Override
        public void deleted(Endpoints last) {
            added(last);
        }
    }
}
