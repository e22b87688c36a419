package dev.proa.delivery;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Waits for changes of a workload and its pods, so that whoever follows them looks again only then. */
interface Changes extends AutoCloseable {
    /** Blocks until something has changed since the last call, or {@code atMost} has passed. */
    void await(Duration atMost) throws InterruptedException;

    @Override
    void close();

    /** Begins to watch. */
    interface Watcher {
        /** Watches a workload and its pods; changes from now on are noticed. */
        Changes watch(Workload workload);
    }

    /** Watches by the API. A watch that breaks is as good as changes that come each half second. */
    static Watcher watching(Client client) {
        return workload -> {
            String namespace = workload.object().namespace();
            String name = workload.object().name();
            Semaphore changed = new Semaphore(0);
            List<EventStream> streams = new ArrayList<>();
            boolean whole = true;
            try {
                streams.add(client.resource(workload.kind())
                        .in(namespace)
                        .watch(ListOptions.fields("metadata.name=" + name)));
                streams.add(client.resource(Pod.KIND).in(namespace).watch(ListOptions.labels(workload.selector())));
            } catch (StatusException | TransportException e) {
                whole = false;
            }
            Duration longest = whole ? Duration.ofSeconds(5) : Duration.ofMillis(500);
            streams.forEach(stream -> Thread.startVirtualThread(() -> pass(stream, changed)));
            return new Changes() {
                @Override
                public void await(Duration atMost) throws InterruptedException {
                    Duration wait = longest.compareTo(atMost) < 0 ? longest : atMost;
                    if (changed.tryAcquire(Math.max(1, wait.toMillis()), TimeUnit.MILLISECONDS)) {
                        changed.drainPermits();
                    }
                }

                @Override
                public void close() {
                    streams.forEach(EventStream::close);
                }
            };
        };
    }

    private static void pass(EventStream stream, Semaphore changed) {
        try {
            while (!stream.ended()) {
                if (stream.next(Duration.ofSeconds(5)) != null) {
                    changed.release();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TransportException e) {
            changed.release(); // the next look tells whether the cluster is there
        }
    }

    /** Looks again after each short while, by a clock that tests move. */
    static Watcher looking(Clock clock, Duration each) {
        return workload -> new Changes() {
            @Override
            public void await(Duration atMost) throws InterruptedException {
                clock.sleep(each.compareTo(atMost) < 0 ? each : atMost);
            }

            @Override
            public void close() {}
        };
    }
}
