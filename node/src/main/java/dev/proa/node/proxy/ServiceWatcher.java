package dev.proa.node.proxy;

import dev.proa.api.core.v1.Service;
import dev.proa.api.discovery.v1.EndpointSlice;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the cluster's services for the service proxy and the DNS server. Changes within a few milliseconds are
 * combined, and a failed update is retried until it succeeds.
 *
 * <pre>{@code
 * watcher.follow((services, slices) -> proxy.sync(ServiceTable.of(services, slices, node)));
 * watcher.follow((services, slices) -> dns.publish(ClusterZone.of(domain, ranges, address, services, slices, serial)));
 * watcher.start();
 * }</pre>
 */
public final class ServiceWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceWatcher.class);
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    /**
     * The pause after an update, as a multiple of its duration: limits CPU use in clusters with thousands of services.
     */
    private static final int REST = 4;

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final Informer<Service> services;
    private final Informer<EndpointSlice> slices;
    private final Clock clock;
    private final Semaphore changes = new Semaphore(0);
    private final CountDownLatch synced = new CountDownLatch(1);
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean closed;
    private volatile @Nullable Thread thread;

    /** Receives services and slices. Runs on the watcher's thread; may block and fail. */
    @FunctionalInterface
    public interface Listener {
        /**
         * All services and slices at this moment.
         *
         * @param services objects of {@code v1} Service
         * @param slices objects of {@code discovery.k8s.io/v1} EndpointSlice
         */
        void changed(Collection<MapValue> services, Collection<MapValue> slices);
    }

    /** The informers are started and closed by whoever made them. */
    public ServiceWatcher(Informer<Service> services, Informer<EndpointSlice> slices, Clock clock) {
        this.services = services;
        this.slices = slices;
        this.clock = clock;
        services.addHandler(new Signal<>());
        slices.addHandler(new Signal<>());
    }

    /** Adds a listener. To be called before {@link #start}. */
    public ServiceWatcher follow(Listener listener) {
        listeners.add(listener);
        return this;
    }

    /** Starts to follow, on a virtual thread. Returns at once. */
    public void start() {
        thread = Thread.ofVirtual().name("service-watcher").start(this::run);
    }

    /** Blocks until the listeners have been called once, for at most {@code timeout}; returns whether they were. */
    public boolean awaitSync(Duration timeout) throws InterruptedException {
        return synced.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        closed = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    private void run() {
        try {
            services.awaitSync();
            slices.awaitSync();
            changes.release();
            while (!closed) {
                changes.acquire();
                changes.drainPermits();
                long start = System.nanoTime();
                if (tell()) {
                    synced.countDown();
                    long rest = REST * (System.nanoTime() - start);
                    clock.sleep(Duration.ofNanos(Math.clamp(rest, PAUSE.toNanos(), LONGEST_PAUSE.toNanos())));
                } else {
                    changes.release();
                    clock.sleep(PAUSE_AFTER_FAILURE);
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    private boolean tell() {
        List<MapValue> serviceObjects = values(services);
        List<MapValue> sliceObjects = values(slices);
        boolean told = true;
        for (Listener listener : listeners) {
            try {
                listener.changed(serviceObjects, sliceObjects);
            } catch (RuntimeException e) {
                told = false;
                LOG.warn("Services could not be brought up to date, trying again: {}", e.getMessage(), e);
            }
        }
        return told;
    }

    private static List<MapValue> values(Informer<? extends KubeObject> informer) {
        return informer.list().stream().map(KubeObject::value).toList();
    }

    private final class Signal<T> implements EventHandler<T> {
        @Override
        public void added(T object) {
            changes.release();
        }

        @Override
        public void updated(T before, T after) {
            changes.release();
        }

        @Override
        public void deleted(T last) {
            changes.release();
        }
    }
}
