package dev.proa.control.endpointslice;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.status.StatusException;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.endpointslice.SlicePlan.Desired;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.ControlLoop;
import dev.proa.control.shared.Freshness;
import dev.proa.control.shared.Terminating;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Keeps the EndpointSlices of each Service that has a selector. Those of deleted services are left to the garbage collector. */
public final class EndpointSliceController implements ControlLoop {
    private static final int WORKERS = 5;
    private static final Duration CATCH_UP = Duration.ofSeconds(1);
    /** For how long a slice that was created is waited for, in case neither its event nor that of its deletion ever comes. */
    private static final Duration LONGEST_CATCH_UP = Duration.ofMinutes(5);

    private final ControlContext context;
    private final Informer<Service> services;
    private final Informer<Node> nodes;
    private final Index<EndpointSlice> slices;
    private final ResourceClient<EndpointSlice> client;
    private final Freshness freshness = new Freshness();
    /** Slices created and not seen yet, and when they were, by service. */
    private final Map<ObjectKey, Map<ObjectKey, Instant>> created = new ConcurrentHashMap<>();

    private final Informer<EndpointSlice> informer;
    private final Controller<ObjectKey> controller;

    public EndpointSliceController(ControlContext context) {
        this.context = context;
        this.services = context.informers().informer(Service.KIND);
        this.nodes = context.informers().informer(Node.KIND);
        this.informer = context.informers().informer(EndpointSlice.KIND);
        this.slices = informer.indexBy(slice -> List.of(serviceOf(slice).toString()));
        this.client = context.client().resource(EndpointSlice.KIND);
        this.controller = new Controller<ObjectKey>(name(), context.clock(), this::reconcile);
        controller
                .watchWith(informer, new GoneHandler())
                .watch(services, service -> ObjectKey.of(service.value()))
                .watch(informer, slice -> isOurs(slice) ? serviceOf(slice) : null)
                .watchWith(context.pods().informer(), new SelectedServices(services, controller.queue()))
                .watchWith(nodes, new NodeHandler());
    }

    @Override
    public String name() {
        return "endpointslice-controller";
    }

    @Override
    public void start() {
        controller.start(WORKERS);
    }

    @Override
    public List<Controller<?>> controllers() {
        return List.of(controller);
    }

    @Override
    public void close() {
        controller.close();
    }

    private Result reconcile(ObjectKey key) {
        Service service = services.get(key);
        if (service == null || !SelectedServices.isManaged(service)) {
            created.remove(key);
            return Result.DONE;
        }
        List<EndpointSlice> existing = slices.get(key.toString()).stream()
                .filter(slice -> isOurs(slice) && !slice.isDeleting())
                .toList();
        if (isBehind(key, existing)) {
            return Result.after(CATCH_UP); // the event of what was written comes before that
        }
        List<Desired> desired = new ArrayList<>();
        boolean skipped = false;
        for (Pod pod : SelectedServices.pods(service, context.pods().informer())) {
            if (PodEndpoints.hasAddress(pod)) {
                Node node = nodes.get("", pod.spec().nodeName());
                if (node == null && !service.spec().publishNotReadyAddresses()) {
                    skipped = true; // a pod of a node that is gone is about to be collected
                    continue;
                }
                add(desired, service, pod, node);
            }
        }
        act(key, service, SlicePlan.of(service, desired, existing));
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

    private boolean isBehind(ObjectKey service, List<EndpointSlice> existing) {
        Map<ObjectKey, Instant> expected = created.getOrDefault(service, Map.of());
        Instant overdue = context.clock().instant().minus(LONGEST_CATCH_UP);
        expected.entrySet()
                .removeIf(slice ->
                        informer.get(slice.getKey()) != null || slice.getValue().isBefore(overdue));
        if (!expected.isEmpty()) {
            return true; // without those it would make others in their place, at each event of a pod
        }
        return existing.stream().anyMatch(freshness::isBehind);
    }

    private void act(ObjectKey key, Service service, SlicePlan plan) {
        if (!service.isDeleting()) {
            for (EndpointSlice slice : plan.create()) {
                try {
                    EndpointSlice made = client.create(slice);
                    created.computeIfAbsent(key, absent -> new ConcurrentHashMap<>())
                            .put(ObjectKey.of(made.value()), context.clock().instant());
                } catch (StatusException e) {
                    if (!Terminating.isCauseOf(e)) {
                        throw e;
                    }
                }
            }
        }
        for (EndpointSlice slice : plan.update()) {
            freshness.wrote(client.update(slice));
        }
        for (EndpointSlice slice : plan.delete()) {
            try {
                client.in(slice.namespace()).delete(slice.name());
            } catch (StatusException e) {
                if (e.code() != 404) {
                    throw e;
                }
            }
        }
    }

    private static boolean isOurs(EndpointSlice slice) {
        return SlicePlan.CONTROLLER.equals(slice.labels().get(SlicePlan.MANAGED_BY));
    }

    private static ObjectKey serviceOf(EndpointSlice slice) {
        return new ObjectKey(slice.namespace(), slice.labels().getOrDefault(SlicePlan.SERVICE_NAME, ""));
    }

    /** What somebody deleted at once is not waited for. */
    private final class GoneHandler implements EventHandler<EndpointSlice> {
        @Override
        public void deleted(EndpointSlice last) {
            Map<ObjectKey, Instant> expected = created.get(serviceOf(last));
            if (expected != null) {
                expected.remove(ObjectKey.of(last.value()));
            }
        }
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
