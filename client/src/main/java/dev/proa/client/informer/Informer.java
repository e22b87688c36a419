package dev.proa.client.informer;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.client.ListOptions;
import dev.proa.client.ObjectKey;
import dev.proa.client.ObjectList;
import dev.proa.client.ResourceClient;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.Transport.WatchEvent;
import dev.proa.client.clock.Clock;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.LoopGroup;
import dev.proa.client.supervision.Supervisor;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a local cache of all objects of a kind (or of those a selector picks) up to date by a watch, and notifies
 * handlers of changes.
 *
 * <pre>
 *            ┌────────── 410 Gone ───────────┐
 *            ▼                               │
 *   start ► all objects, by a watch ► watch from the last revision seen ◄─┐
 *           that sends them first,          │ ended, connection lost      │
 *           or by a list                    └──── wait, longer each time ─┘
 * </pre>
 *
 * The cache may lag behind the server, but never goes back in time unless the server does. Objects are held as they
 * arrive: in one JVM with the server, those are the very objects that the store holds. Thread-safe.
 */
public final class Informer<T extends KubeObject> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Informer.class);
    /** The group of all informers' loops. */
    static final String LOOPS = "informers";

    private static final Duration POLL = Duration.ofMinutes(1);
    /** A watch that ends sooner, without an event, is no success: opening it again at once would not help. */
    private static final Duration SHORT_WATCH = Duration.ofSeconds(1);
    /**
     * How many polls may find nothing before the connection counts as dead: a server sends bookmarks about every
     * minute.
     */
    private static final int MOST_SILENT_POLLS = 3;

    private static final String INITIAL_EVENTS_END = "k8s.io/initial-events-end";

    private final ResourceClient<T> resource;
    private final ListOptions selection;
    private final LoopGroup loops;
    private final Clock clock;
    private final RandomGenerator random;
    private final Map<ObjectKey, T> objects = new ConcurrentHashMap<>();
    private final List<Index<T>> indexes = new CopyOnWriteArrayList<>();
    private final List<EventHandler<? super T>> handlers = new CopyOnWriteArrayList<>();
    private final CountDownLatch synced = new CountDownLatch(1);
    private final LongAdder handlerFailures = new LongAdder();
    /** Held while an event updates the cache and is passed to handlers, and while handlers and indexes are added. */
    private final ReentrantLock dispatch = new ReentrantLock();

    private final Index<T> byNamespace;

    private String position = "";
    private boolean watchList = true;
    private volatile boolean closed;
    private volatile @Nullable EventStream stream;
    private @Nullable Loop loop;

    /** An informer with a supervisor of its own. */
    public Informer(ResourceClient<T> resource, ListOptions selection, Clock clock, RandomGenerator random) {
        this(resource, selection, new Supervisor(clock, random).group(LOOPS), clock, random);
    }

    /**
     * @param selection which objects; only its selectors are used
     * @param loops runs the watch
     * @param random jitter of the time that a watch lasts
     */
    public Informer(
            ResourceClient<T> resource, ListOptions selection, LoopGroup loops, Clock clock, RandomGenerator random) {
        this.resource = resource;
        this.selection = selection;
        this.loops = loops;
        this.clock = clock;
        this.random = random;
        this.byNamespace = indexBy(object -> List.of(object.namespace()));
    }

    /** Starts the watch, on a virtual thread. Idempotent. */
    public synchronized void start() {
        if (loop == null && !closed) {
            loop = loops.repeat("informer-" + resource.kind().plural(), this::follow);
        }
    }

    /**
     * Passes {@code handler} all objects in the cache and, from then on, all changes. What it throws is logged and
     * counted; it does not get that change again, but it gets the later ones, and the other handlers get them all.
     */
    public void addHandler(EventHandler<? super T> handler) {
        dispatch.lock();
        try {
            objects.values().forEach(object -> tell(handler, object, each -> each.added(object)));
            handlers.add(handler);
        } finally {
            dispatch.unlock();
        }
    }

    /** Adds an index by the values that {@code values} computes; they must depend on the object alone. */
    public Index<T> indexBy(Function<T, ? extends Collection<String>> values) {
        dispatch.lock();
        try {
            Index<T> index = new Index<>(values);
            objects.forEach(index::put);
            indexes.add(index);
            return index;
        } finally {
            dispatch.unlock();
        }
    }

    /** Whether the cache has all objects that existed when the informer started, and handlers have been told. */
    public boolean hasSynced() {
        return synced.getCount() == 0;
    }

    /** Blocks until {@link #hasSynced}, or until the informer is closed. */
    public void awaitSync() throws InterruptedException {
        synced.await();
    }

    /** As {@link #awaitSync()}, for at most {@code timeout}; returns whether the informer has synced. */
    public boolean awaitSync(Duration timeout) throws InterruptedException {
        return synced.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    public @Nullable T get(ObjectKey key) {
        return objects.get(key);
    }

    public @Nullable T get(String namespace, String name) {
        return objects.get(new ObjectKey(namespace, name));
    }

    /** All objects, in no particular order; a live view that may change while it is iterated. */
    public Collection<T> list() {
        return Collections.unmodifiableCollection(objects.values());
    }

    /** The objects of a namespace, in no particular order. */
    public List<T> list(String namespace) {
        return byNamespace.get(namespace);
    }

    public int size() {
        return objects.size();
    }

    /** How often handlers threw. */
    public long handlerFailures() {
        return handlerFailures.sum();
    }

    /** Stops the watch. The cache keeps what it has. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        EventStream open = stream;
        if (open != null) {
            open.close();
        }
        if (loop != null) {
            loop.close();
        }
        synced.countDown();
    }

    /** Runs one watch until it ends. What it throws makes the next one start with all objects, unless it can resume. */
    private void follow(Loop self) throws InterruptedException {
        try {
            if (position.isEmpty() && !watchList) {
                listAll();
            }
            if (position.isEmpty()) {
                start(self);
            } else {
                try (EventStream events =
                        open(selection.withResourceVersion(position, "").withBookmarks())) {
                    readAll(events, self);
                }
            }
        } catch (StatusException e) {
            if (e.code() == 410 || e.code() == 504) { // older or newer than what the server has
                position = "";
            }
            throw e;
        } catch (RuntimeException | Error e) {
            if (!(e instanceof TransportException)) {
                position = "";
            }
            throw e;
        }
    }

    /** Runs a watch that sends all objects first. */
    private void start(Loop self) throws InterruptedException {
        EventStream opened;
        try {
            opened = open(selection.withInitialEvents());
        } catch (StatusException e) {
            if (e.code() != 400 && e.code() != 403 && e.code() != 422) {
                throw e;
            }
            watchList = false; // the server is too old for it
            return;
        }
        try (EventStream events = opened) {
            readInitial(events);
            self.succeeded();
            readAll(events, self);
        }
    }

    private EventStream open(ListOptions options) {
        EventStream events = resource.watch(options.withTimeoutSeconds(300 + random.nextInt(300)));
        stream = events;
        if (closed) {
            events.close();
        }
        return events;
    }

    private void listAll() {
        ObjectList<T> all = resource.list(selection);
        Map<ObjectKey, T> found = HashMap.newHashMap(all.items().size());
        for (T object : all) {
            found.put(ObjectKey.of(object.value()), object);
        }
        replace(found, all.resourceVersion());
    }

    /** Reads up to the bookmark that ends the initial events. */
    private void readInitial(EventStream events) throws InterruptedException {
        Map<ObjectKey, T> found = new HashMap<>();
        int silent = 0;
        while (!closed) {
            WatchEvent event = events.next(POLL);
            if (event == null) {
                if (events.ended() || isDead(++silent)) {
                    throw new TransportException("the watch ended before all objects had come", null);
                }
                continue;
            }
            silent = 0;
            MapValue object = event.object();
            switch (event.type()) {
                case "ADDED", "MODIFIED" -> found.put(ObjectKey.of(object), view(object));
                case "DELETED" -> found.remove(ObjectKey.of(object));
                case "BOOKMARK" -> {
                    MapValue metadata = object.map("metadata");
                    if (metadata.map("annotations").string(INITIAL_EVENTS_END).equals("true")) {
                        replace(found, metadata.string("resourceVersion"));
                        return;
                    }
                }
                default -> throw error(event);
            }
        }
    }

    private void readAll(EventStream events, Loop self) throws InterruptedException {
        Instant opened = clock.instant();
        boolean told = false;
        int silent = 0;
        while (!closed) {
            WatchEvent event = events.next(POLL);
            if (event != null) {
                silent = 0;
                apply(event);
                if (!told) {
                    told = true;
                    self.succeeded();
                }
            } else if (events.ended()) {
                if (!told && !closed && clock.instant().isBefore(opened.plus(SHORT_WATCH))) {
                    throw new TransportException("the server ended the watch as soon as it had started", null);
                }
                return;
            } else if (isDead(++silent)) {
                return;
            }
        }
    }

    /** TCP does not tell a quiet server from one that is gone; too long a silence counts as gone. */
    private boolean isDead(int silentPolls) {
        if (silentPolls < MOST_SILENT_POLLS) {
            return false;
        }
        LOG.info(
                "Watching {}: nothing came for {} min, not even a bookmark; it starts anew",
                resource.kind(),
                silentPolls);
        return true;
    }

    private void apply(WatchEvent event) {
        MapValue object = event.object();
        switch (event.type()) {
            case "ADDED", "MODIFIED" -> put(ObjectKey.of(object), view(object));
            case "DELETED" -> remove(ObjectKey.of(object), view(object));
            case "BOOKMARK" -> {}
            default -> throw error(event);
        }
        position = object.map("metadata").string("resourceVersion");
    }

    private T view(MapValue object) {
        return resource.kind().of(object);
    }

    private static RuntimeException error(WatchEvent event) {
        return event.type().equals("ERROR")
                ? StatusException.from(event.object())
                : new TransportException("the server sent a watch event of unknown type " + event.type(), null);
    }

    /** Replaces the cache by {@code found} and passes the differences to handlers. */
    private void replace(Map<ObjectKey, T> found, String resourceVersion) {
        for (ObjectKey key : new HashSet<>(objects.keySet())) {
            T last = objects.get(key);
            if (last != null && !found.containsKey(key)) {
                remove(key, last);
            }
        }
        found.forEach(this::put);
        position = resourceVersion;
        synced.countDown();
    }

    private void put(ObjectKey key, T object) {
        dispatch.lock();
        try {
            T before = objects.put(key, object);
            if (before == null) {
                indexes.forEach(index -> index.put(key, object));
                tellAll(object, handler -> handler.added(object));
            } else if (before.value() != object.value()
                    && !before.resourceVersion().equals(object.resourceVersion())) {
                indexes.forEach(index -> index.replace(key, before, object));
                tellAll(object, handler -> handler.updated(before, object));
            }
        } finally {
            dispatch.unlock();
        }
    }

    private void tellAll(T object, Consumer<EventHandler<? super T>> event) {
        handlers.forEach(handler -> tell(handler, object, event));
    }

    /** The cache has changed already, so a handler that fails must not keep the change from the others. */
    private void tell(EventHandler<? super T> handler, T object, Consumer<EventHandler<? super T>> event) {
        try {
            event.accept(handler);
        } catch (RuntimeException | Error e) {
            handlerFailures.increment();
            LOG.error(
                    "Handler {} of {} failed at {} and will not get this change again",
                    handler.getClass().getName(),
                    resource.kind(),
                    ObjectKey.of(object.value()),
                    e);
        }
    }

    private void remove(ObjectKey key, T last) {
        dispatch.lock();
        try {
            T before = objects.remove(key);
            if (before != null) {
                indexes.forEach(index -> index.remove(key, before));
                tellAll(last, handler -> handler.deleted(last));
            }
        } finally {
            dispatch.unlock();
        }
    }
}
