package dev.proa.control.namespace;

import dev.proa.api.core.v1.Namespace;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.client.Discovery;
import dev.proa.client.Discovery.Resource;
import dev.proa.client.ListOptions;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Deletes everything in a namespace that is being deleted, pods first (KEP-5080), and then removes its finalizer. */
public final class NamespaceController {
    private static final String FINALIZER = "kubernetes";
    private static final Duration FIRST_LOOK = Duration.ofMillis(50);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final int WORKERS = 10;

    private final ControlContext context;
    private final Informer<Namespace> namespaces;
    private final ResourceClient<Namespace> client;
    /** How long a namespace was waited for last. */
    private final Map<String, Duration> waits = new ConcurrentHashMap<>();

    public NamespaceController(ControlContext shared) {
        ControlContext context = shared.as("namespace-controller");
        this.context = context;
        this.namespaces = context.informers().informer(Namespace.KIND);
        this.client = context.client().resource(Namespace.KIND);
        context.<String>controller("namespace-controller", this::reconcile)
                .workers(WORKERS)
                .watch(namespaces, namespace -> namespace.isDeleting() ? namespace.name() : null);
    }

    private Result reconcile(String name) {
        Namespace cached = namespaces.get("", name);
        if (cached == null || !cached.isDeleting()) {
            waits.remove(name);
            return Result.DONE;
        }
        Namespace namespace = client.find(name); // fresh: its own updates come faster than their events
        if (namespace == null
                || !namespace.uid().equals(cached.uid())
                || namespace.spec().finalizers().isEmpty()) {
            return Result.DONE;
        }
        if (!namespace.status().phase().equals("Terminating")) {
            namespace = client.updateStatus(namespace.withStatus(status -> status.withPhase("Terminating")));
        }
        Remains remains = empty(name);
        namespace = report(namespace, remains);
        if (remains.isEmpty()) {
            letGo(namespace);
            waits.remove(name);
            return Result.DONE;
        }
        Duration wait = waits.merge(name, FIRST_LOOK, (before, first) -> longer(before));
        return Result.after(wait);
    }

    private static Duration longer(Duration before) {
        Duration twice = before.multipliedBy(2);
        return twice.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : twice;
    }

    /** Asks for the deletion of what is in the namespace, and says what is still there. */
    private Remains empty(String namespace) {
        Remains remains = new Remains();
        Discovery.Resources discovered = context.client().discovery().preferred();
        remains.undiscovered(discovered.failed());
        List<Resource> resources = discovered.with("list", "delete").stream()
                .filter(resource -> resource.kind().namespaced())
                .toList();
        for (Resource resource : resources) {
            if (isPods(resource)) {
                empty(namespace, resource, remains);
            }
        }
        if (remains.hasObjects()) {
            return remains; // what pods may still need stays until they are gone
        }
        for (Resource resource : resources) {
            if (!isPods(resource)) {
                empty(namespace, resource, remains);
            }
        }
        return remains;
    }

    private void empty(String namespace, Resource resource, Remains remains) {
        ResourceClient<AnyObject> objects =
                context.client().resource(resource.kind()).in(namespace);
        try {
            List<AnyObject> there = objects.list();
            if (there.isEmpty()) {
                return;
            }
            delete(objects, resource, there);
            remains.add(
                    resource.kind().plural() + "." + resource.kind().group(),
                    objects.list().stream().map(AnyObject::value).toList());
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 405) { // the resource went meanwhile, or cannot be deleted after all
                remains.fail(e.status().string("message"));
            }
        }
    }

    private static void delete(ResourceClient<AnyObject> objects, Resource resource, List<AnyObject> there) {
        DeleteOptions options = DeleteOptions.EMPTY.withPropagationPolicy("Background");
        if (there.stream().allMatch(AnyObject::isDeleting)) {
            return;
        }
        if (resource.verbs().contains("deletecollection")) {
            objects.deleteCollection(options, ListOptions.ALL);
            return;
        }
        for (AnyObject object : there) {
            try {
                objects.delete(object.name(), options);
            } catch (StatusException e) {
                if (e.code() != 404) {
                    throw e;
                }
            }
        }
    }

    private Namespace report(Namespace namespace, Remains remains) {
        ListValue before = namespace.status().value().list("conditions");
        ListValue after = remains.conditions(before, context.clock().instant());
        if (after.equals(before)) {
            return namespace;
        }
        return client.updateStatus(
                new Namespace(namespace.value().withMap("status", status -> status.with("conditions", after))));
    }

    private void letGo(Namespace namespace) {
        List<String> others = namespace.spec().finalizers().stream()
                .filter(finalizer -> !finalizer.equals(FINALIZER))
                .toList();
        MapValue released =
                namespace.value().withMap("spec", spec -> spec.with("finalizers", ListValue.copyOf(others)));
        try {
            client.subresource("update", namespace.name(), "finalize", released);
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    private static boolean isPods(Resource resource) {
        return resource.kind().group().isEmpty() && resource.kind().plural().equals("pods");
    }
}
