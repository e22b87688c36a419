package dev.proa.control.endpointslice;

import dev.proa.api.core.v1.Endpoints;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Freshness;
import dev.proa.control.shared.Terminating;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps the Endpoints object of each Service that has a selector, for those who do not read EndpointSlices yet. */
public final class EndpointsController {
    private static final String NAME = "endpoint-controller";
    private static final String MANAGED_BY = "endpoints.kubernetes.io/managed-by";
    private static final String OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";
    private static final int WORKERS = 5;

    private final ControlContext context;
    private final Informer<Service> services;
    private final Informer<Endpoints> endpoints;
    private final ResourceClient<Endpoints> client;
    private final Freshness freshness = new Freshness();
    private final TriggerTimes triggers = new TriggerTimes();
    /** Services that went and whose Endpoints are to go too, whoever wrote them. */
    private final Set<ObjectKey> left = ConcurrentHashMap.newKeySet();

    private final Controller<ObjectKey> controller;

    public EndpointsController(ControlContext shared) {
        ControlContext context = shared.as("endpoint-controller");
        this.context = context;
        this.services = context.informers().informer(Service.KIND);
        this.endpoints = context.informers().informer(Endpoints.KIND);
        this.client = context.client().resource(Endpoints.KIND);
        this.controller = context.<ObjectKey>controller(NAME, this::reconcile).workers(WORKERS);
        controller
                .watchWith(services, new ServiceHandler())
                .watch(endpoints, object -> ObjectKey.of(object.value()))
                .watchWith(context.pods().informer(), new SelectedServices(services, controller.queue()));
    }

    private Result reconcile(ObjectKey key) {
        Service service = services.get(key);
        Endpoints current = endpoints.get(key);
        if (service == null) {
            freshness.forget(key);
            triggers.forget(key);
            if (current != null && (left.contains(key) || isOurs(current))) {
                delete(key);
            }
            left.remove(key);
            return Result.DONE;
        }
        if (!SelectedServices.isManaged(service)) {
            return Result.DONE;
        }
        if (current != null && freshness.isBehind(current)) {
            return Result.after(Duration.ofSeconds(1)); // the event of what was written comes before that
        }
        List<Pod> pods = SelectedServices.pods(service, context.pods().informer());
        String trigger = triggers.next(key, service, pods);
        Endpoints wanted = wanted(
                service,
                current == null ? Endpoints.of(key.namespace(), key.name()) : current,
                Subsets.of(service, pods));
        if (current == null) {
            create(new Endpoints(TriggerTimes.mark(wanted, trigger)));
        } else if (!wanted.value().equals(current.value())) {
            freshness.wrote(client.update(new Endpoints(TriggerTimes.mark(wanted, trigger))));
        }
        return Result.DONE;
    }

    private void create(Endpoints wanted) {
        try {
            freshness.wrote(client.create(wanted));
        } catch (StatusException e) {
            if (!Terminating.isCauseOf(e)) {
                throw e;
            }
        }
    }

    private boolean isOurs(Endpoints object) {
        return NAME.equals(object.labels().get(MANAGED_BY));
    }

    private void delete(ObjectKey key) {
        try {
            client.in(key.namespace()).delete(key.name());
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    private Endpoints wanted(Service service, Endpoints from, Subsets subsets) {
        Map<String, String> labels = new HashMap<>(service.labels());
        labels.remove(SlicePlan.HEADLESS);
        if (!PodEndpoints.hasClusterIp(service)) {
            labels.put(SlicePlan.HEADLESS, "");
        }
        labels.put(MANAGED_BY, NAME);
        MapValue annotations = from.value().map("metadata").map("annotations");
        MapValue marked =
                subsets.truncated() ? annotations.with(OVER_CAPACITY, "truncated") : annotations.without(OVER_CAPACITY);
        Endpoints labeled = from.withMetadata(m -> m.withLabels(labels));
        MapValue value = marked.equals(annotations)
                ? labeled.value()
                : labeled.value().withMap("metadata", m -> m.with("annotations", marked));
        ListValue found = subsets.value();
        return new Endpoints(found.isEmpty() ? value.without("subsets") : value.with("subsets", found));
    }

    /** Notes which services went, so that Endpoints which somebody writes before their service are not taken for leftovers. */
    private final class ServiceHandler implements EventHandler<Service> {
        @Override
        public void added(Service service) {
            left.remove(ObjectKey.of(service.value()));
            controller.queue().add(ObjectKey.of(service.value()));
        }

        @Override
        public void updated(Service before, Service after) {
            added(after);
        }

        @Override
        public void deleted(Service last) {
            left.add(ObjectKey.of(last.value()));
            controller.queue().add(ObjectKey.of(last.value()));
        }
    }
}
