package dev.proa.embedded.aggregator;

import dev.proa.api.apiregistration.v1.APIService;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.client.supervision.Supervisor;
import dev.proa.server.aggregator.Priority;
import dev.proa.server.catalog.ApiCatalog;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an APIService for each group and version that this server serves. Those of Kubernetes itself are made, or set right, once after the
 * start, and are the users' from then on; those of custom resources are kept as they are, and go with them. Those of what is computed here
 * are made at the start when there are none: a user who has an extension server for them, such as metrics-server, changes them. One without
 * the label of this controller belongs to somebody else.
 */
final class AutoRegistration implements AutoCloseable {
    /** How the controller treats an APIService: {@code onstart} or {@code true}, which is always. */
    static final String LABEL = "kube-aggregator.kubernetes.io/automanaged";

    private static final String ON_START = "onstart";
    private static final String ALWAYS = "true";
    /** Without the label: made when it is missing at the start. */
    private static final String ONCE = "";

    private final ResourceClient<APIService> client;
    private final Informer<APIService> services;
    private final Controller<String> controller;
    /** What there should be, by name. */
    private final Map<String, Wanted> wanted = new ConcurrentHashMap<>();
    /** The names of those that there were at the start. For the worker only, like the next. */
    private @Nullable Set<String> atStart;

    private final Set<String> synced = new HashSet<>();

    private record Wanted(String mode, MapValue spec) {}

    AutoRegistration(Client client, Informer<APIService> services, Supervisor supervisor, Clock clock) {
        this.client = client.resource(APIService.KIND);
        this.services = services;
        this.controller = Controller.named("apiservice-autoregistration", supervisor, clock, this::reconcile)
                .watch(services, APIService::name);
    }

    void start() {
        controller.start();
    }

    /** Wants an APIService for everything in a catalog, and none for what there was in another. Quick. */
    synchronized void want(ApiCatalog catalog) {
        Set<String> names = new HashSet<>();
        want(catalog.groupVersions(true), ON_START, names);
        want(catalog.groupVersions(false), ALWAYS, names);
        want(catalog.computedGroupVersions(), ONCE, names);
        for (String name : Set.copyOf(wanted.keySet())) {
            if (!names.contains(name)) {
                wanted.remove(name);
                controller.queue().add(name);
            }
        }
    }

    private void want(Set<String> groupVersions, String mode, Set<String> names) {
        for (String groupVersion : groupVersions) {
            int slash = groupVersion.indexOf('/');
            String group = groupVersion.substring(0, Math.max(0, slash));
            String version = groupVersion.substring(slash + 1);
            Priority builtIn = Priority.builtIn(group, version);
            boolean own = group.equals("apiregistration.k8s.io");
            if (own || mode.equals(ON_START) && builtIn == null) {
                continue;
            }
            Priority priority =
                    mode.equals(ON_START) ? builtIn : mode.equals(ONCE) ? Priority.COMPUTED : Priority.CUSTOM;
            String name = version + "." + group;
            names.add(name);
            Wanted before = wanted.get(name);
            // The rest follows from the name.
            if (before == null || !before.mode().equals(mode)) {
                wanted.put(name, new Wanted(mode, spec(group, version, priority)));
                controller.queue().add(name);
            }
        }
    }

    private static MapValue spec(String group, String version, @Nullable Priority priority) {
        Priority known = priority == null ? Priority.CUSTOM : priority;
        MapValue spec =
                MapValue.of("version", version, "groupPriorityMinimum", (long) known.group(), "versionPriority", (long)
                        known.version());
        return group.isEmpty() ? spec : spec.with("group", group);
    }

    private Result reconcile(String name) {
        Set<String> present = atStart;
        if (present == null) {
            present = new HashSet<>();
            for (APIService service : services.list()) {
                present.add(service.name());
            }
            atStart = present;
        }
        sync(name, present);
        synced.add(name);
        return Result.DONE;
    }

    private void sync(String name, Set<String> present) {
        Wanted want = wanted.get(name);
        APIService is = services.get("", name);
        boolean again = synced.contains(name);
        if (want != null && !want.mode().equals(ALWAYS) && again) {
            return;
        }
        if (is == null) {
            if (want != null) {
                create(name, want);
            }
            return;
        }
        String mode = is.labels().getOrDefault(LABEL, "");
        boolean onStart = mode.equals(ON_START);
        boolean another = onStart && (again || !present.contains(name)) || !onStart && !mode.equals(ALWAYS);
        if (another) {
            return;
        }
        if (want == null) {
            delete(is);
        } else if (!is.value().map("spec").equals(want.spec())) {
            client.update(new APIService(is.value().with("spec", want.spec())));
        }
    }

    private void create(String name, Wanted want) {
        MapValue named = MapValue.of("name", name);
        MapValue metadata = want.mode().equals(ONCE) ? named : named.with("labels", MapValue.of(LABEL, want.mode()));
        try {
            client.create(new APIService(MapValue.of(
                    "apiVersion",
                    APIService.KIND.apiVersion(),
                    "kind",
                    APIService.KIND.kind(),
                    "metadata",
                    metadata,
                    "spec",
                    want.spec())));
        } catch (StatusException e) {
            if (e.code() != 409) { // made meanwhile: its event comes
                throw e;
            }
        }
    }

    private void delete(APIService service) {
        try {
            client.delete(service.name(), DeleteOptions.EMPTY.withPreconditions(p -> p.withUid(service.uid())));
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 409) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        controller.close();
    }
}
