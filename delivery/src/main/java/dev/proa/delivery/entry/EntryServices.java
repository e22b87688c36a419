package dev.proa.delivery.entry;

import dev.proa.api.core.v1.Endpoints;
import dev.proa.api.core.v1.Service;
import dev.proa.api.core.v1.ServicePort;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.status.StatusException;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.Supervisor;
import dev.proa.delivery.entry.EntryService.Rule;
import dev.proa.delivery.traffic.EntryRouterFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enters Services: makes the proxy listen for each Service that has the annotation {@value EntryRouterFactory#ENTRY}, makes it the Service's only
 * endpoint, and tells it of weights and pods as they change. Node ports and cluster addresses of such a Service lead to the proxy as they would to
 * pods. The proxy itself does not exist before the first Service is entered.
 *
 * <p>It needs to read Services and EndpointSlices, to write EndpointSlices and to delete Endpoints, in all namespaces.
 */
public final class EntryServices implements AutoCloseable {
    static final String OF_SERVICE = "kubernetes.io/service-name";
    static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
    /** The value of {@link #MANAGED_BY}. */
    static final String NAME = "entry.proa.dev";

    private static final Logger LOG = LoggerFactory.getLogger(EntryServices.class);

    private final Client client;
    private final Supervisor supervisor;
    private final String address;
    private final RandomGenerator random;
    private final RequestMetrics metrics = new RequestMetrics();
    private final Informer<Service> services;
    private final Informer<EndpointSlice> slices;
    private final Index<EndpointSlice> slicesByService;
    private final Semaphore changes = new Semaphore(0);
    private final Map<ObjectKey, Entered> entered = new HashMap<>();
    private final Set<String> said = new HashSet<>();
    /** The Services, as NAMESPACE/NAME, whose changes matter. */
    private volatile Set<String> concerned = Set.of();

    private @Nullable EntryProxy proxy;
    private @Nullable Loop loop;

    /** A Service that is entered: what its listeners go by, and their ports, by the names of its ports. */
    private record Entered(Map<String, AtomicReference<EntryService>> tables, Map<String, Integer> ports) {
        Entered() {
            this(new HashMap<>(), new LinkedHashMap<>());
        }
    }

    /**
     * @param informers started by the caller
     * @param address where the nodes of the cluster reach this process, and from which it reaches pods; not a loopback address
     * @param random chooses versions and pods; drawn from by one thread
     */
    public EntryServices(
            Client client, InformerFactory informers, Supervisor supervisor, String address, RandomGenerator random) {
        this.client = client;
        this.supervisor = supervisor;
        this.address = address;
        this.random = random;
        services = informers.informer(Service.KIND);
        slices = informers.informer(EndpointSlice.KIND);
        slicesByService = slices.indexBy(slice -> List.of(of(slice)));
        services.addHandler(EventHandler.onChangeOf(
                service -> service.annotations().containsKey(EntryRouterFactory.ENTRY)
                        || concerned.contains(service.namespace() + "/" + service.name()),
                changes::release));
        slices.addHandler(EventHandler.onChangeOf(slice -> concerned.contains(of(slice)), changes::release));
    }

    private static String of(EndpointSlice slice) {
        return slice.namespace() + "/" + slice.labels().getOrDefault(OF_SERVICE, "");
    }

    /** What the versions have answered, in Prometheus' form and for the analysis of updates. */
    public RequestMetrics metrics() {
        return metrics;
    }

    /** Starts to follow the API, on a virtual thread. Returns at once. */
    public synchronized void start() {
        loop = supervisor.group("entry").run("entry-services", this::run);
    }

    private void run(Loop self) throws InterruptedException {
        services.awaitSync();
        slices.awaitSync();
        while (true) {
            changes.drainPermits();
            sync();
            self.succeeded();
            changes.acquire();
        }
    }

    private synchronized void sync() {
        Set<String> seen = new HashSet<>();
        Set<ObjectKey> wanted = new HashSet<>();
        List<Service> toEnter = new ArrayList<>();
        for (Service service : services.list()) {
            say(service, EntryPlan.problem(service));
            if (EntryPlan.enters(service) && !service.isDeleting()) {
                toEnter.add(service);
                wanted.add(ObjectKey.of(service.value()));
                seen.add(service.namespace() + "/" + service.name());
                rules(service)
                        .ifPresent(rules ->
                                EntryPlan.backends(rules).forEach(name -> seen.add(service.namespace() + "/" + name)));
            }
        }
        entered.keySet().forEach(key -> seen.add(key.namespace() + "/" + key.name()));
        // What changes from here on is signalled, and what changed before is read now.
        concerned = Set.copyOf(seen);
        RuntimeException failed = null;
        for (Service service : toEnter) {
            try {
                rules(service).ifPresent(rules -> enter(service, rules));
            } catch (StatusException e) {
                say(service, "it cannot be entered: " + e.getMessage());
                failed = e; // which keeps no other Service from its weights
            }
        }
        for (ObjectKey key : List.copyOf(entered.keySet())) {
            if (!wanted.contains(key)) {
                leave(key);
            }
        }
        leaveStraySlices(wanted);
        if (failed != null) {
            throw failed; // so that all is looked at again soon
        }
    }

    private Optional<List<Rule>> rules(Service service) {
        try {
            return Optional.of(EntryPlan.rules(service));
        } catch (RuntimeException e) {
            say(service, "its annotations for the entry proxy cannot be read: " + e.getMessage());
            return Optional.empty(); // what was understood before stays in force
        }
    }

    private void say(Service service, String problem) {
        if (!problem.isEmpty() && said.add(service.uid() + problem)) {
            LOG.warn("Service {} in namespace {}: {}", service.name(), service.namespace(), problem);
        }
    }

    private void enter(Service service, List<Rule> rules) {
        if (!entered.containsKey(ObjectKey.of(service.value())) && isBetterAlone(service, rules)) {
            return; // a change of a slice brings it here again
        }
        Entered own = entered.computeIfAbsent(ObjectKey.of(service.value()), absent -> new Entered());
        Map<String, Integer> ports = new LinkedHashMap<>();
        for (ServicePort port : service.spec().ports()) {
            if (!port.protocol().isEmpty() && !port.protocol().equals("TCP")) {
                say(service, "port " + port.port() + " is not entered, for it is no TCP port");
                continue;
            }
            EntryService table = EntryPlan.of(
                    service,
                    rules,
                    port,
                    name -> services.get(service.namespace(), name),
                    name -> slicesByService.get(service.namespace() + "/" + name));
            AtomicReference<EntryService> known = own.tables.get(port.name());
            if (known == null) {
                AtomicReference<EntryService> first = new AtomicReference<>(table);
                own.ports.put(port.name(), proxy().listen(first::get));
                own.tables.put(port.name(), first);
            } else {
                known.set(table);
            }
            ports.put(port.name(), own.ports.getOrDefault(port.name(), 0));
        }
        write(service, EntryPlan.slice(service, address, ports));
        removeOthers(service);
    }

    /** Whether the endpoints that the Service has from before can answer, and nobody behind the proxy can yet. */
    private boolean isBetterAlone(Service service, List<Rule> rules) {
        boolean behind = EntryPlan.backends(rules).stream()
                .flatMap(name -> slicesByService.get(service.namespace() + "/" + name).stream())
                .anyMatch(EntryPlan::isReady);
        return !behind
                && slicesByService.get(service.namespace() + "/" + service.name()).stream()
                        .anyMatch(slice -> !isOurs(slice) && EntryPlan.isReady(slice));
    }

    private synchronized EntryProxy proxy() {
        EntryProxy known = proxy;
        if (known == null) {
            known = new EntryProxy(address, metrics, random);
            proxy = known;
        }
        return known;
    }

    private void write(Service service, EndpointSlice wanted) {
        var resource = client.resource(EndpointSlice.KIND).in(service.namespace());
        EndpointSlice live = slices.get(service.namespace(), wanted.name());
        if (live == null) {
            live = resource.find(wanted.name()); // the cache may be behind what was written a moment ago
        }
        if (live == null) {
            resource.create(wanted);
        } else if (!EntryPlan.same(live, wanted)) {
            resource.update(wanted); // nobody else writes it
        }
    }

    /** Removes the endpoints that the Service had while it selected pods: nobody else does. */
    private void removeOthers(Service service) {
        for (EndpointSlice slice : slicesByService.get(service.namespace() + "/" + service.name())) {
            if (!isOurs(slice)) {
                delete(EndpointSlice.KIND, service.namespace(), slice.name());
                delete(Endpoints.KIND, service.namespace(), service.name());
            }
        }
    }

    private static boolean isOurs(EndpointSlice slice) {
        return slice.labels().getOrDefault(MANAGED_BY, "").equals(NAME);
    }

    private void delete(Kind<?> kind, String namespace, String name) {
        try {
            client.resource(kind).in(namespace).delete(name);
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    /** A Service that selects pods again keeps the proxy until its own endpoints are ready. */
    private void leave(ObjectKey key) {
        Service service = services.get(key);
        boolean replaced = slicesByService.get(key.namespace() + "/" + key.name()).stream()
                .anyMatch(slice -> !isOurs(slice) && EntryPlan.isReady(slice));
        if (service != null && !service.spec().selector().isEmpty() && !replaced) {
            return;
        }
        delete(EndpointSlice.KIND, key.namespace(), EntryPlan.sliceName(key.name()));
        Entered left = entered.remove(key);
        if (left != null) {
            left.ports.values().forEach(proxy()::stop);
        }
        metrics.forget(key.namespace(), key.name());
    }

    /** Slices of Services that were entered before this process started, and are not any more. */
    private void leaveStraySlices(Set<ObjectKey> wanted) {
        for (EndpointSlice slice : slices.list()) {
            if (isOurs(slice)) {
                ObjectKey key = new ObjectKey(slice.namespace(), slice.labels().getOrDefault(OF_SERVICE, ""));
                if (!wanted.contains(key) && !entered.containsKey(key)) {
                    delete(EndpointSlice.KIND, slice.namespace(), slice.name());
                }
            }
        }
    }

    @Override
    public synchronized void close() {
        if (loop != null) {
            loop.close();
        }
        if (proxy != null) {
            proxy.close();
        }
    }
}
