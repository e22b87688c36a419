package dev.proa.control.endpointslice;

import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.status.StatusException;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Freshness;
import dev.proa.control.shared.Terminating;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Writes the EndpointSlices of services, and tells whether the cache has caught up with the writes. Thread-safe. */
final class SliceWriter {
    /** For how long a slice that was created is waited for, in case neither its event nor that of its deletion ever comes. */
    private static final Duration LONGEST_CATCH_UP = Duration.ofMinutes(5);

    private final ControlContext context;
    private final Informer<EndpointSlice> informer;
    private final ResourceClient<EndpointSlice> client;
    private final Freshness freshness = new Freshness();
    /** Slices created and not seen yet, and when they were, by service. */
    private final Map<ObjectKey, Map<ObjectKey, Instant>> created = new ConcurrentHashMap<>();

    SliceWriter(ControlContext context, Informer<EndpointSlice> informer) {
        this.context = context;
        this.informer = informer;
        this.client = context.client().resource(EndpointSlice.KIND);
        informer.addHandler(new GoneHandler());
    }

    /** Whether the cache, which has {@code existing} of a service, does not show all yet that was written for it. */
    boolean isBehind(ObjectKey service, Collection<EndpointSlice> existing) {
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

    void forget(ObjectKey service) {
        created.remove(service);
    }

    void create(ObjectKey service, EndpointSlice slice) {
        try {
            EndpointSlice made = client.create(slice);
            created.computeIfAbsent(service, absent -> new ConcurrentHashMap<>())
                    .put(ObjectKey.of(made.value()), context.clock().instant());
        } catch (StatusException e) {
            if (!Terminating.isCauseOf(e)) {
                throw e;
            }
        }
    }

    void update(EndpointSlice slice) {
        freshness.wrote(client.update(slice));
    }

    void delete(EndpointSlice slice) {
        try {
            client.in(slice.namespace()).delete(slice.name());
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    /** The service that a slice says it is of. */
    static ObjectKey serviceOf(EndpointSlice slice) {
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
}
