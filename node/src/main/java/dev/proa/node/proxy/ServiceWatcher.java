package dev.proa.node.proxy;

import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.client.ObjectKey;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.Supervisor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Watches the cluster's services for the service proxy and the DNS server, and tells them which have changed. Changes
 * within a few milliseconds are combined, and a failed update is retried until it succeeds.
 *
 * <pre>{@code
 * watcher.follow(changes -> changes.forEach(change -> zone.update(change.key(), change.service(), change.slices())));
 * watcher.start();
 * }</pre>
 */
public final class ServiceWatcher implements AutoCloseable {
    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    /**
     * The pause after an update, as a multiple of its duration: limits CPU use in clusters with thousands of services.
     */
    private static final int REST = 4;

    private final Informer<Service> services;
    private final Informer<EndpointSlice> slices;
    private final Supervisor supervisor;
    private final Clock clock;
    private final Index<EndpointSlice> slicesByService;
    /** The services that may have changed. */
    private final Set<ObjectKey> dirty = ConcurrentHashMap.newKeySet();

    private final Semaphore changes = new Semaphore(0);
    private final CountDownLatch synced = new CountDownLatch(1);
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable Loop loop;

    /** Receives changes of services. Runs on the watcher's thread; may block and fail. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Called once with all services, which may be none, and from then on with those that may have changed. When a
         * listener fails, all are called again with the same services.
         */
        void changed(List<ServiceChange> changes);
    }

    /** The informers are started and closed by whoever made them; {@code supervisor} runs the loop that calls listeners. */
    public ServiceWatcher(
            Informer<Service> services, Informer<EndpointSlice> slices, Supervisor supervisor, Clock clock) {
        this.services = services;
        this.slices = slices;
        this.supervisor = supervisor;
        this.clock = clock;
        slicesByService = slices.indexBy(slice -> List.of(serviceOf(slice).toString()));
        services.addHandler(new Marker<>(service -> ObjectKey.of(service.value())));
        slices.addHandler(new Marker<>(ServiceWatcher::serviceOf));
    }

    /** Adds a listener. To be called before {@link #start}. */
    public ServiceWatcher follow(Listener listener) {
        listeners.add(listener);
        return this;
    }

    /** Starts to follow, on a virtual thread. Returns at once. */
    public void start() {
        loop = supervisor.group("service-proxy").run("service-watcher", this::run);
    }

    /** Blocks until the listeners have been called once, for at most {@code timeout}; returns whether they were. */
    public boolean awaitSync(Duration timeout) throws InterruptedException {
        return synced.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        Loop running = loop;
        if (running != null) {
            running.close();
        }
    }

    /** Calls the listeners after each change, and at first, when it may be because they failed. */
    private void run(Loop self) throws InterruptedException {
        services.awaitSync();
        slices.awaitSync();
        changes.release();
        while (true) {
            changes.acquire();
            changes.drainPermits();
            long start = System.nanoTime();
            tell(drain());
            self.succeeded();
            synced.countDown();
            long rest = REST * (System.nanoTime() - start);
            clock.sleep(Duration.ofNanos(Math.clamp(rest, PAUSE.toNanos(), LONGEST_PAUSE.toNanos())));
        }
    }

    private List<ServiceChange> drain() {
        List<ServiceChange> drained = new ArrayList<>(dirty.size());
        for (ObjectKey key : List.copyOf(dirty)) {
            dirty.remove(key); // before it is read, so that no later change is missed
            Service service = services.get(key);
            drained.add(new ServiceChange(
                    key,
                    service == null ? null : service.value(),
                    slicesByService.get(key.toString()).stream()
                            .sorted(Comparator.comparing(EndpointSlice::name))
                            .map(EndpointSlice::value)
                            .toList()));
        }
        return drained;
    }

    /** Calls all listeners, even when one fails, and throws what the last one threw; then all are called again. */
    private void tell(List<ServiceChange> drained) {
        RuntimeException failure = null;
        for (Listener listener : listeners) {
            try {
                listener.changed(drained);
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        if (failure != null) {
            drained.forEach(change -> dirty.add(change.key()));
            throw failure;
        }
    }

    /** The service that a slice belongs to; one without a name when it belongs to none. */
    private static ObjectKey serviceOf(EndpointSlice slice) {
        return new ObjectKey(
                slice.namespace(), slice.value().map("metadata").map("labels").string(SERVICE_NAME));
    }

    /** Marks the services that changes of objects concern. */
    private final class Marker<T> implements EventHandler<T> {
        private final Function<T, ObjectKey> service;

        Marker(Function<T, ObjectKey> service) {
            this.service = service;
        }

        @Override
        public void added(T object) {
            mark(object);
        }

        @Override
        public void updated(T before, T after) {
            mark(before);
            mark(after);
        }

        @Override
        public void deleted(T last) {
            mark(last);
        }

        private void mark(T object) {
            ObjectKey key = service.apply(object);
            if (!key.name().isEmpty()) {
                dirty.add(key);
                changes.release();
            }
        }
    }
}
