package dev.proa.testing;

import dev.proa.api.status.Reason;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Transport;
import dev.proa.client.clock.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An API server in memory for tests of reconcilers. It knows no kinds: whatever is created at a path is stored there.
 * It has resource versions and conflicts, UIDs, generations, generated names, the status subresource, finalizers,
 * graceful deletion, dry runs, watches with initial events and bookmarks, and equality-based selectors; it has no
 * defaults, validation, authorization or garbage collection.
 *
 * <p>Failures are injected by {@link #intercept}. Thread-safe.
 */
public final class FakeTransport implements Transport {
    private final Clock clock;
    private final TreeMap<String, MapValue> objects = new TreeMap<>();
    private final List<Change> log = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();
    private final List<MapValue> resources = new ArrayList<>();
    private final List<FakeWatch> watches = new ArrayList<>();
    private UnaryOperator<Request> interceptor = UnaryOperator.identity();
    private long version = 1;
    private long compacted;
    /** Whether the current request is a dry run. */
    private boolean dryRun;

    public FakeTransport(Clock clock) {
        this.clock = clock;
    }

    /** Passes each request through {@code by} first; what that throws, the caller gets. */
    public synchronized void intercept(UnaryOperator<Request> by) {
        interceptor = by;
    }

    /** All write requests so far, in order. */
    public synchronized List<Request> writes() {
        return requests.stream()
                .filter(request -> !List.of("get", "list", "watch").contains(request.verb()))
                .toList();
    }

    /** Makes a resource known to discovery. */
    public synchronized void serve(
            String group, String groupVersion, String plural, String kind, boolean namespaced, String... verbs) {
        resources.add(MapValue.of(
                "group",
                group,
                "version",
                groupVersion,
                "name",
                plural,
                "kind",
                kind,
                "namespaced",
                namespaced,
                "verbs",
                ListValue.of((Object[]) verbs)));
    }

    /** Forgets history, so that a watch from before now gets 410 Gone, and ends all watches. */
    public synchronized void compact() {
        compacted = version;
        breakWatches();
    }

    /** Ends all watches, as a restarting server does. */
    public synchronized void breakWatches() {
        watches.forEach(FakeWatch::end);
        watches.clear();
        notifyAll();
    }

    @Override
    public MapValue call(Request raw) {
        Request request;
        synchronized (this) {
            requests.add(raw);
            request = interceptor.apply(raw);
        }
        synchronized (this) {
            FakePath path = FakePath.parse(request.path());
            if (path == null) {
                return discovery(request.path());
            }
            dryRun = request.query().containsKey("dryRun");
            return switch (request.verb()) {
                case "get" -> existing(path);
                case "list" -> list(path, request);
                case "create" -> create(path, body(request));
                case "update" -> update(path, body(request));
                case "patch" -> update(path, FakePatch.apply(existing(path), request));
                case "delete" -> delete(path, request.body() instanceof MapValue options ? options : MapValue.EMPTY);
                case "deletecollection" -> deleteAll(path, request);
                default -> throw StatusException.badRequest("unknown verb " + request.verb());
            };
        }
    }

    @Override
    public EventStream watch(Request raw) {
        synchronized (this) {
            Request request = interceptor.apply(raw);
            FakePath path = FakePath.parse(request.path());
            if (path == null) {
                throw StatusException.notFound();
            }
            Map<String, String> query = request.query();
            FakeSelector selector = FakeSelector.of(query);
            boolean initial = query.containsKey("sendInitialEvents");
            String from = query.getOrDefault("resourceVersion", "");
            FakeWatch watch =
                    new FakeWatch(this, path, selector, initial || from.isEmpty() ? version : Long.parseLong(from));
            if (!initial && !from.isEmpty() && Long.parseLong(from) < compacted) {
                throw StatusException.expired("too old resource version: " + from + " (" + compacted + ")");
            }
            if (initial) {
                for (MapValue object : matching(path, selector)) {
                    watch.push(new WatchEvent("ADDED", object));
                }
                watch.push(new WatchEvent(
                        "BOOKMARK",
                        MapValue.of(
                                "metadata",
                                MapValue.of(
                                        "resourceVersion",
                                        Long.toString(version),
                                        "annotations",
                                        MapValue.of("k8s.io/initial-events-end", "true")))));
            }
            watches.add(watch);
            return watch;
        }
    }

    @Override
    public void close() {
        breakWatches();
    }

    /** The changes after {@code since}. The caller, a watch, holds this object's monitor. */
    List<Change> changesAfter(long since) {
        int low = 0;
        int high = log.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (log.get(middle).version() <= since) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return log.subList(low, log.size());
    }

    private MapValue create(FakePath path, MapValue body) {
        if (path.subresource().equals("binding")) {
            FakePath pod = path.withSubresource("");
            MapValue bound = existing(pod)
                    .withMap(
                            "spec",
                            spec -> spec.with("nodeName", body.map("target").get("name")));
            return store(pod, existing(pod), bound);
        }
        MapValue metadata = body.map("metadata");
        if (metadata.string("name").isEmpty()) {
            String suffix = UUID.randomUUID().toString().substring(0, 5);
            metadata = metadata.with("name", metadata.string("generateName") + suffix);
        }
        FakePath target = path.withName(metadata.string("name"));
        if (objects.containsKey(target.key())) {
            throw StatusException.alreadyExists(resource(path), target.name());
        }
        if (path.namespaced()) {
            metadata = metadata.with("namespace", path.namespace());
        }
        metadata = metadata.with("uid", UUID.randomUUID().toString())
                .with("creationTimestamp", Times.format(clock.instant()))
                .with("generation", 1L);
        return store(target, null, body.with("metadata", metadata));
    }

    private MapValue update(FakePath path, MapValue body) {
        FakePath target = path.withSubresource("");
        MapValue before = existing(target);
        String expected = body.map("metadata").string("resourceVersion");
        if (!expected.isEmpty() && !expected.equals(before.map("metadata").string("resourceVersion"))) {
            throw StatusException.modified(resource(path), path.name());
        }
        String uid = body.map("metadata").string("uid");
        if (!uid.isEmpty() && !uid.equals(before.map("metadata").string("uid"))) {
            throw StatusException.conflict(resource(path), path.name(), "the UID in the precondition differs");
        }
        MapValue after = switch (path.subresource()) {
            case "status" -> before.with("metadata", body.get("metadata")).with("status", body.get("status"));
            case "finalize" -> before.with("spec", body.get("spec"));
            default -> before.has("status") ? body.with("status", before.get("status")) : body.without("status");
        };
        MapValue old = before.map("metadata");
        boolean plain = path.subresource().isEmpty();
        boolean changed = plain && !Objects.equals(before.get("spec"), after.get("spec"));
        after = after.withMap(
                "metadata",
                metadata -> copyIfPresent(old, metadata, "deletionTimestamp")
                        .with("uid", old.get("uid"))
                        .with("creationTimestamp", old.get("creationTimestamp"))
                        .with("generation", old.integer("generation", 0) + (changed ? 1 : 0)));
        if (after.with("metadata", after.map("metadata").without("resourceVersion"))
                .equals(before.with("metadata", old.without("resourceVersion")))) {
            return before;
        }
        boolean finished = after.map("metadata").has("deletionTimestamp")
                && after.map("metadata").list("finalizers").isEmpty()
                && after.map("spec").list("finalizers").isEmpty()
                && (!old.list("finalizers").isEmpty() || path.subresource().equals("finalize"));
        return finished ? remove(target, after) : store(target, before, after);
    }

    private MapValue delete(FakePath path, MapValue options) {
        MapValue object = existing(path);
        MapValue metadata = object.map("metadata");
        String uid = options.map("preconditions").string("uid");
        String expected = options.map("preconditions").string("resourceVersion");
        if (!uid.isEmpty() && !uid.equals(metadata.string("uid"))
                || !expected.isEmpty() && !expected.equals(metadata.string("resourceVersion"))) {
            throw StatusException.conflict(resource(path), path.name(), "the precondition of the deletion failed");
        }
        ListValue finalizers = metadata.list("finalizers");
        switch (options.string("propagationPolicy")) {
            case "Foreground" -> finalizers = finalizers.plus("foregroundDeletion");
            case "Orphan" -> finalizers = finalizers.plus("orphan");
            default -> {}
        }
        boolean namespace = path.plural().equals("namespaces")
                && !object.map("spec").list("finalizers").isEmpty();
        boolean graceful = path.plural().equals("pods")
                && !object.map("spec").string("nodeName").isEmpty()
                && options.integer("gracePeriodSeconds", 30) > 0
                && !object.map("status").string("phase").equals("Succeeded")
                && !object.map("status").string("phase").equals("Failed");
        if (finalizers.isEmpty() && !namespace && !graceful) {
            return remove(path, object);
        }
        if (metadata.has("deletionTimestamp")) {
            return object;
        }
        MapValue marked = metadata.with("deletionTimestamp", Times.format(clock.instant()));
        if (!finalizers.isEmpty()) {
            marked = marked.with("finalizers", finalizers);
        }
        MapValue after = object.with("metadata", marked);
        return store(path, object, namespace ? after.with("status", MapValue.of("phase", "Terminating")) : after);
    }

    private MapValue deleteAll(FakePath path, Request request) {
        for (MapValue object : matching(path, FakeSelector.of(request.query()))) {
            MapValue metadata = object.map("metadata");
            delete(
                    path.in(metadata.string("namespace")).withName(metadata.string("name")),
                    request.body() instanceof MapValue options ? options : MapValue.EMPTY);
        }
        return MapValue.of("kind", "Status", "status", "Success");
    }

    private MapValue list(FakePath path, Request request) {
        return MapValue.of(
                "metadata",
                MapValue.of("resourceVersion", Long.toString(version)),
                "items",
                ListValue.copyOf(matching(path, FakeSelector.of(request.query()))));
    }

    private List<MapValue> matching(FakePath path, FakeSelector selector) {
        List<MapValue> found = new ArrayList<>();
        for (Map.Entry<String, MapValue> entry :
                objects.subMap(path.prefix(), path.prefix() + '\uffff').entrySet()) {
            if (selector.matches(entry.getValue())) {
                found.add(entry.getValue());
            }
        }
        return found;
    }

    private MapValue existing(FakePath path) {
        MapValue object = objects.get(path.key());
        if (object == null) {
            throw StatusException.notFound(resource(path), path.name());
        }
        return object;
    }

    private MapValue store(FakePath path, @Nullable MapValue before, MapValue after) {
        if (dryRun) {
            return after;
        }
        MapValue stored = stamped(after);
        objects.put(path.key(), stored);
        publish(new Change(version, path.key(), before, stored));
        return stored;
    }

    private MapValue remove(FakePath path, MapValue last) {
        if (dryRun) {
            return last;
        }
        MapValue before = objects.remove(path.key());
        publish(new Change(++version, path.key(), before, null));
        return last;
    }

    private MapValue stamped(MapValue object) {
        return object.withMap("metadata", metadata -> metadata.with("resourceVersion", Long.toString(++version)));
    }

    private void publish(Change change) {
        log.add(change);
        notifyAll();
    }

    private MapValue discovery(String path) {
        if (path.equals("/apis")) {
            TreeMap<String, String> groups = new TreeMap<>();
            resources.forEach(resource -> groups.put(resource.string("group"), resource.string("version")));
            groups.remove("");
            List<MapValue> found = new ArrayList<>();
            groups.forEach((group, preferred) ->
                    found.add(MapValue.of("name", group, "preferredVersion", MapValue.of("version", preferred))));
            return MapValue.of("groups", ListValue.copyOf(found));
        }
        List<MapValue> found = new ArrayList<>();
        for (MapValue resource : resources) {
            String group = resource.string("group");
            String prefix = group.isEmpty() ? "/api/" : "/apis/" + group + "/";
            if (path.equals(prefix + resource.string("version"))) {
                found.add(resource);
            }
        }
        if (found.isEmpty()) {
            throw StatusException.notFound();
        }
        return MapValue.of("resources", ListValue.copyOf(found));
    }

    private static Resource resource(FakePath path) {
        return new Resource(path.group(), path.plural());
    }

    private static MapValue body(Request request) {
        if (request.body() instanceof MapValue map) {
            return map;
        }
        throw StatusException.of(Reason.BadRequest, "the request has no object", MapValue.EMPTY);
    }

    private static MapValue copyIfPresent(MapValue from, MapValue to, String name) {
        return from.has(name) ? to.with(name, from.get(name)) : to;
    }

    /**
     * @param before null for a creation
     * @param after null for a deletion
     */
    record Change(
            long version,
            String key,
            @Nullable MapValue before,
            @Nullable MapValue after) {}
}
