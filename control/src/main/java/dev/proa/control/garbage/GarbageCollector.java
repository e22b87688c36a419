package dev.proa.control.garbage;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.core.v1.ObjectReference;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.ObjectKey;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Deletes objects whose owners are all gone, and carries out deletions in the foreground and those that orphan.
 *
 * <p>It works from its caches, and makes every request depend on the UID and the resource version it has seen: when that is out of
 * date the server refuses, and the next attempt reads afresh.
 *
 * <p>Caches of different kinds follow at their own pace. As with Kubernetes' own collector, a dependent that was created only just
 * before its owner was deleted may be seen too late to hold a foreground deletion up, or to be spared by one that orphans.
 */
public final class GarbageCollector {
    private static final Duration DISCOVERY_PERIOD = Duration.ofSeconds(30);
    private static final int WORKERS = 20;
    /** Numerous, short-lived, and owned by nobody. */
    private static final List<String> IGNORED = List.of("events", "events.events.k8s.io");

    /** How many times as long as a look at discovery took the next one waits, when many definitions change. */
    private static final int PAUSE = 10;

    private final ControlContext context;
    private final OwnerGraph graph;
    private final Map<Kind<?>, Informer<? extends KubeObject>> monitors = new ConcurrentHashMap<>();
    /** The kinds that can be owners, by {@code group/kind}: references may name any version. */
    private volatile Map<String, Kind<AnyObject>> kinds = Map.of();

    /** UIDs of objects with an owner of a kind that was not known yet: they are examined again when kinds come or go. */
    private final Set<String> ofUnknownKinds = ConcurrentHashMap.newKeySet();

    private volatile Duration pause = Duration.ZERO;

    /** Counted down once the graph has what there was at the start. */
    private final CountDownLatch monitored = new CountDownLatch(1);

    private final EventRecorder events;
    private final Controller<String> deleter;
    private final Controller<String> orphaner;

    public GarbageCollector(ControlContext shared) {
        ControlContext context = shared.as("generic-garbage-collector");
        this.context = context;
        this.events = context.events("garbage-collector-controller");
        // Discovery tells of new kinds; definitions tell when to look.
        Controller<String> monitor = context.controller("garbage-collector-monitor", ignored -> monitorAll());
        monitor.watchAll(
                        context.informers().informer(CustomResourceDefinition.KIND),
                        (definition, looks) -> monitor.queue().addAfter("all", pause))
                .queue()
                .add("all");
        this.deleter = context.<String>controller("garbage-collector-delete", this::examine)
                .workers(WORKERS)
                .needs(monitored::await);
        this.orphaner = context.<String>controller("garbage-collector-orphan", this::orphan)
                .workers(WORKERS)
                .needs(monitored::await);
        this.graph = new OwnerGraph(deleter.queue()::add, orphaner.queue()::add);
    }

    /** Follows everything that can be deleted, and looks from time to time which kinds have come and gone. */
    private Result monitorAll() throws InterruptedException {
        Map<String, Kind<AnyObject>> found = new ConcurrentHashMap<>();
        List<Informer<?>> fresh = new ArrayList<>();
        Set<Kind<?>> served = new HashSet<>();
        Instant start = context.clock().instant();
        var discovered = context.client().discovery().preferred();
        Duration look = Duration.between(start, context.clock().instant()).multipliedBy(PAUSE);
        pause = look.compareTo(DISCOVERY_PERIOD) > 0 ? DISCOVERY_PERIOD : look;
        for (var resource : discovered.with("get")) {
            found.put(resource.kind().group() + "/" + resource.kind().kind(), resource.kind());
        }
        for (var resource : discovered.with("list", "watch", "delete")) {
            Kind<AnyObject> kind = resource.kind();
            served.add(kind);
            if (!monitors.containsKey(kind) && !IGNORED.contains(kind.resource())) {
                Informer<? extends KubeObject> informer = context.informers().untyped(kind);
                monitors.put(kind, informer);
                informer.addHandler(new Observer(kind));
                fresh.add(informer);
            }
        }
        boolean changed = !found.keySet().equals(kinds.keySet());
        kinds = found;
        forgetAllBut(served, discovered.failed());
        for (Informer<?> informer : fresh) {
            // A kind may go again before its first list: the others are not to wait for it.
            informer.awaitSync(DISCOVERY_PERIOD);
        }
        if (changed) {
            for (String uid : List.copyOf(ofUnknownKinds)) {
                ofUnknownKinds.remove(uid);
                deleter.queue().add(uid);
            }
        }
        monitored.countDown();
        return Result.after(DISCOVERY_PERIOD);
    }

    /** Stops following kinds that are served no more, such as those of deleted custom resource definitions. */
    private void forgetAllBut(Set<Kind<?>> served, List<String> failed) {
        for (Kind<?> kind : List.copyOf(monitors.keySet())) {
            if (served.contains(kind) || failed.contains(kind.apiVersion())) {
                continue;
            }
            Informer<? extends KubeObject> informer = monitors.remove(kind);
            if (informer != null) {
                context.informers().remove(kind);
                informer.list().forEach(object -> graph.remove(object.uid()));
            }
        }
    }

    /** Decides what becomes of an object that may be garbage, or that waits for its dependents. */
    private Result examine(String uid) {
        OwnerGraph.View node = graph.view(uid);
        ofUnknownKinds.remove(uid);
        if (node == null || node.deleting() && !node.waitsForDependents()) {
            return Result.DONE;
        }
        if (node.isVirtual()) {
            return findVirtual(node);
        }
        MapValue object = read(node);
        if (object == null) {
            graph.remove(uid);
            return Result.DONE;
        }
        if (node.waitsForDependents()) {
            pushOn(node, object);
            return Result.DONE;
        }
        return judge(node, object);
    }

    /** An owner that no informer has shown: is it there? */
    private Result findVirtual(OwnerGraph.View node) {
        Owner owner = look(node.reference(), node.namespace());
        return switch (owner) {
            case GONE -> {
                graph.missing(node.reference(), node.namespace());
                yield Result.DONE;
            }
            case UNKNOWN -> whenKindsChange(node);
            // its informer is about to show it, unless it goes while that watches anew
            case SOLID, WAITING -> Result.after(DISCOVERY_PERIOD);
            case IMPOSSIBLE -> Result.DONE;
        };
    }

    private Result whenKindsChange(OwnerGraph.View node) {
        ofUnknownKinds.add(node.uid());
        return Result.after(DISCOVERY_PERIOD);
    }

    /** A deletion in the foreground goes on when nothing blocks it any more. */
    private void pushOn(OwnerGraph.View node, MapValue object) {
        if (node.blockers().isEmpty()) {
            removeFinalizer(node, object, OwnerGraph.FOREGROUND);
            return;
        }
        for (String blocker : node.blockers()) {
            OwnerGraph.View dependent = graph.view(blocker);
            if (dependent != null && !dependent.waitsForDependents()) {
                deleter.queue().add(blocker);
            }
        }
    }

    private Result judge(OwnerGraph.View node, MapValue object) {
        ListValue references = object.map("metadata").list("ownerReferences");
        List<MapValue> solid = new ArrayList<>();
        boolean waiting = false;
        for (int i = 0; i < references.size(); i++) {
            switch (standing(references.map(i), node)) {
                case SOLID -> solid.add(references.map(i));
                case WAITING -> waiting = true;
                case GONE -> {}
                case UNKNOWN -> {
                    return whenKindsChange(node);
                }
                case IMPOSSIBLE -> {
                    return Result.DONE;
                }
            }
        }
        if (references.isEmpty() || solid.size() == references.size()) {
            return Result.DONE;
        }
        if (!solid.isEmpty()) {
            patch(node, object, MapValue.of("ownerReferences", ListValue.copyOf(solid)));
            return Result.DONE;
        }
        if (waiting && !node.dependents().isEmpty()) {
            breakCycle(node, object);
            delete(node, object, "Foreground");
            return Result.DONE;
        }
        ListValue finalizers = object.map("metadata").list("finalizers");
        delete(
                node,
                object,
                finalizers.contains(OwnerGraph.ORPHAN)
                        ? "Orphan"
                        : finalizers.contains(OwnerGraph.FOREGROUND) ? "Foreground" : "Background");
        return Result.DONE;
    }

    /** When a dependent waits for its own dependents already, those may be this object's owners: nothing may block then. */
    private void breakCycle(OwnerGraph.View node, MapValue object) {
        boolean cycle = node.dependents().stream()
                .map(graph::view)
                .filter(Objects::nonNull)
                .anyMatch(OwnerGraph.View::waitsForDependents);
        if (!cycle) {
            return;
        }
        List<MapValue> unblocking = new ArrayList<>();
        ListValue references = object.map("metadata").list("ownerReferences");
        for (int i = 0; i < references.size(); i++) {
            unblocking.add(references.map(i).with("blockOwnerDeletion", false));
        }
        client(node)
                .patch(
                        node.name(),
                        Patch.merge(MapValue.of(
                                "metadata",
                                MapValue.of("uid", node.uid(), "ownerReferences", ListValue.copyOf(unblocking)))));
    }

    /** How an owner stands to what it owns. */
    private enum Owner {
        /** It is there to stay. */
        SOLID,
        /** It is being deleted in the foreground. */
        WAITING,
        GONE,
        /** Its kind is not known, now. */
        UNKNOWN,
        /** The dependent is in no namespace and the owner would have to be in one: nobody can say which, so nothing is deleted. */
        IMPOSSIBLE
    }

    private Owner standing(MapValue reference, OwnerGraph.View dependent) {
        if (graph.isAbsent(reference, dependent.namespace())) {
            return Owner.GONE;
        }
        OwnerGraph.View owner = graph.view(reference.string("uid"));
        Kind<?> kind = owner == null ? null : owner.kind();
        if (owner == null || kind == null) {
            return look(reference, dependent.namespace());
        }
        if (kind.namespaced() && !owner.namespace().equals(dependent.namespace())) {
            warn(reference, dependent);
            return look(reference, dependent.namespace());
        }
        boolean named = owner.name().equals(reference.string("name"))
                && kind.kind().equals(reference.string("kind"))
                && kind.group().equals(group(reference));
        if (!named) {
            return look(reference, dependent.namespace());
        }
        return owner.waitsForDependents() ? Owner.WAITING : Owner.SOLID;
    }

    /** Before the object goes for no reason that its user can see. */
    private void warn(MapValue reference, OwnerGraph.View dependent) {
        Kind<?> kind = Objects.requireNonNull(dependent.kind());
        String namespace = dependent.namespace();
        MapValue about = MapValue.of(
                "apiVersion", kind.apiVersion(),
                "kind", kind.kind(),
                "name", dependent.name(),
                "namespace", namespace,
                "uid", dependent.uid());
        events.event(
                new ObjectReference(about),
                EventRecorder.WARNING,
                "OwnerRefInvalidNamespace",
                "ownerRef [" + reference.string("apiVersion") + "/" + reference.string("kind") + ", namespace: "
                        + namespace
                        + ", name: " + reference.string("name") + ", uid: " + reference.string("uid")
                        + "] does not exist in namespace \"" + namespace + "\"");
    }

    private static String group(MapValue reference) {
        String apiVersion = reference.string("apiVersion");
        return apiVersion.substring(0, Math.max(0, apiVersion.indexOf('/')));
    }

    /** Asks the server for an owner. */
    private Owner look(MapValue reference, String namespace) {
        Kind<AnyObject> kind = kinds.get(group(reference) + "/" + reference.string("kind"));
        if (kind == null) {
            return Owner.UNKNOWN;
        }
        if (kind.namespaced() && namespace.isEmpty()) {
            return Owner.IMPOSSIBLE;
        }
        AnyObject owner = context.client()
                .resource(kind)
                .in(kind.namespaced() ? namespace : "")
                .find(reference.string("name"));
        if (owner == null || !owner.uid().equals(reference.string("uid"))) {
            return Owner.GONE;
        }
        return owner.isDeleting() && owner.metadata().finalizers().contains(OwnerGraph.FOREGROUND)
                ? Owner.WAITING
                : Owner.SOLID;
    }

    /** Has the dependents of an owner stay without it, and lets the owner go then. */
    private Result orphan(String uid) {
        OwnerGraph.View owner = graph.view(uid);
        if (owner == null || owner.isVirtual()) {
            return Result.DONE;
        }
        for (String dependentUid : owner.dependents()) {
            OwnerGraph.View dependent = graph.view(dependentUid);
            MapValue object = dependent == null || dependent.isVirtual() ? null : read(dependent);
            if (dependent != null && object != null) {
                release(dependent, object, uid);
            }
        }
        MapValue object = read(owner);
        if (object != null) {
            removeFinalizer(owner, object, OwnerGraph.ORPHAN);
        }
        return Result.DONE;
    }

    private void release(OwnerGraph.View dependent, MapValue object, String owner) {
        ListValue references = object.map("metadata").list("ownerReferences");
        List<MapValue> others = new ArrayList<>();
        for (int i = 0; i < references.size(); i++) {
            if (!references.map(i).string("uid").equals(owner)) {
                others.add(references.map(i));
            }
        }
        if (others.size() < references.size()) {
            patch(dependent, object, MapValue.of("ownerReferences", ListValue.copyOf(others)));
        }
    }

    private void removeFinalizer(OwnerGraph.View node, MapValue object, String finalizer) {
        ListValue finalizers = object.map("metadata").list("finalizers");
        int index = finalizers.indexOf(finalizer);
        if (index >= 0) {
            patch(node, object, MapValue.of("finalizers", finalizers.without(index)));
        }
    }

    /** Changes metadata, if the object is still the one that was read. */
    private void patch(OwnerGraph.View node, MapValue object, MapValue metadata) {
        MapValue guarded = metadata.with("uid", node.uid())
                .with("resourceVersion", object.map("metadata").get("resourceVersion"));
        try {
            client(node).patch(node.name(), Patch.merge(MapValue.of("metadata", guarded)));
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }

    /** Deletes the object, if it is still the one that was read. */
    private void delete(OwnerGraph.View node, MapValue object, String policy) {
        DeleteOptions options = DeleteOptions.EMPTY
                .withPropagationPolicy(policy)
                .withPreconditions(p -> p.withUid(node.uid())
                        .withResourceVersion(object.map("metadata").string("resourceVersion")));
        try {
            client(node).delete(node.name(), options);
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
            graph.remove(node.uid());
        }
    }

    /** The object of a node: as cached at first, as the server has it after a failure; null when it is not there. */
    private @Nullable MapValue read(OwnerGraph.View node) {
        Informer<? extends KubeObject> informer = node.kind() == null ? null : monitors.get(node.kind());
        boolean failed =
                deleter.queue().failures(node.uid()) > 0 || orphaner.queue().failures(node.uid()) > 0;
        KubeObject object = informer == null || failed
                ? client(node).find(node.name())
                : informer.get(new ObjectKey(node.namespace(), node.name()));
        if (object == null && !failed) {
            object = client(node).find(node.name());
        }
        return object == null || !object.uid().equals(node.uid()) ? null : object.value();
    }

    private ResourceClient<? extends KubeObject> client(OwnerGraph.View node) {
        Kind<?> kind = Objects.requireNonNull(node.kind());
        return context.client().resource(kind).in(node.namespace());
    }

    /** Tells the graph of everything that matters to it: owners, finalizers and deletion. */
    private final class Observer implements EventHandler<KubeObject> {
        private final Kind<?> kind;

        Observer(Kind<?> kind) {
            this.kind = kind;
        }

        @Override
        public void added(KubeObject object) {
            graph.observe(kind, object);
        }

        @Override
        public void updated(KubeObject before, KubeObject after) {
            if (!before.uid().equals(after.uid())) {
                graph.remove(before.uid());
                graph.observe(kind, after);
                return;
            }
            MapValue was = before.value().map("metadata");
            MapValue is = after.value().map("metadata");
            if (!Objects.equals(was.get("ownerReferences"), is.get("ownerReferences"))
                    || !Objects.equals(was.get("finalizers"), is.get("finalizers"))
                    || !Objects.equals(was.get("deletionTimestamp"), is.get("deletionTimestamp"))) {
                graph.observe(kind, after);
            }
        }

        @Override
        public void deleted(KubeObject last) {
            graph.remove(last.uid());
        }
    }
}
