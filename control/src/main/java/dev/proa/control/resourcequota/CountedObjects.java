package dev.proa.control.resourcequota;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.quota.ClusterObjects;
import dev.proa.api.resource.ResourceCatalog;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.shared.ControlContext;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The objects that quotas count, each kind followed from when a quota first asks for it. Built-in kinds are followed by the informers that all
 * controllers share; kinds that can go again have informers of their own. Safe for any thread.
 */
final class CountedObjects implements ClusterObjects, AutoCloseable {
    /** How long discovery is believed. */
    static final Duration PERIOD = Duration.ofSeconds(30);

    private static final Duration LONGEST_SYNC = Duration.ofSeconds(10);

    private final ControlContext context;
    private final Function<String, EventHandler<KubeObject>> handlers;
    private final InformerFactory custom;
    private final Map<String, Followed> followed = new ConcurrentHashMap<>();
    private Map<String, Kind<AnyObject>> kinds = Map.of();
    private Instant looked = Instant.MIN;

    private record Followed(Kind<?> kind, Informer<? extends KubeObject> informer) {}

    /** @param handlers makes what hears of changes of a resource, as {@code deployments.apps} */
    CountedObjects(ControlContext context, Function<String, EventHandler<KubeObject>> handlers) {
        this.context = context;
        this.handlers = handlers;
        this.custom = new InformerFactory(context.client(), context.supervisor(), context.clock(), context.random());
        custom.start();
    }

    /** The objects of a resource in a namespace; null when it is not served, or they are not known yet. */
    @Nullable
    Iterable<MapValue> in(String namespace, String resource) {
        Informer<? extends KubeObject> informer = informer(resource);
        return informer == null
                ? null
                : informer.list(namespace).stream()
                        .<MapValue>map(KubeObject::value)
                        .toList();
    }

    private @Nullable Informer<? extends KubeObject> informer(String resource) {
        Followed known = follow(resource);
        try {
            return known != null && known.informer.awaitSync(LONGEST_SYNC) ? known.informer : null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private synchronized @Nullable Followed follow(String resource) {
        Followed known = followed.get(resource);
        Instant now = context.clock().instant();
        boolean due = !looked.plus(PERIOD).isAfter(now);
        if (known != null && (isBuiltIn(known.kind) || !due)) {
            return known;
        }
        if (due || !kinds.containsKey(resource)) {
            look(now);
        }
        Kind<AnyObject> kind = kinds.get(resource);
        if (known != null && known.kind.equals(kind)) {
            return known;
        }
        if (known != null) {
            followed.remove(resource);
            custom.remove(known.kind);
        }
        if (kind == null) {
            return null;
        }
        Informer<? extends KubeObject> informer =
                isBuiltIn(kind) ? context.informers().untyped(kind) : custom.informer(kind);
        informer.addHandler(handlers.apply(resource));
        Followed fresh = new Followed(kind, informer);
        followed.put(resource, fresh);
        return fresh;
    }

    private static boolean isBuiltIn(Kind<?> kind) {
        return ResourceCatalog.builtin().byPlural(kind.group(), kind.version(), kind.plural()) != null;
    }

    private void look(Instant now) {
        Map<String, Kind<AnyObject>> found = new HashMap<>();
        for (var resource : context.client().discovery().preferred().with("create", "list", "watch", "delete")) {
            if (resource.kind().namespaced() || resource.kind().plural().equals("deviceclasses")) {
                found.put(resource.kind().resource(), resource.kind());
            }
        }
        kinds = found;
        looked = now;
    }

    @Override
    public Iterable<MapValue> deviceClasses() {
        Informer<? extends KubeObject> classes = informer("deviceclasses.resource.k8s.io");
        return classes == null
                ? List.of()
                : classes.list().stream().<MapValue>map(KubeObject::value).toList();
    }

    @Override
    public Iterable<MapValue> resourceClaims(String namespace) {
        Iterable<MapValue> claims = in(namespace, "resourceclaims.resource.k8s.io");
        return claims == null ? List.of() : claims;
    }

    @Override
    public @Nullable MapValue pod(String namespace, String name) {
        Pod pod = context.pods().informer().get(namespace, name);
        return pod == null ? null : pod.value();
    }

    @Override
    public void close() {
        custom.close();
    }
}
