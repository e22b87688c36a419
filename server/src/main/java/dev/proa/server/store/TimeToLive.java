package dev.proa.server.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Deletes the objects of one resource some time after they were last written, as kube-apiserver has etcd do with Events
 * ({@code --event-ttl}, an hour). When something was written is told by its revision, so nothing is kept for an object; after a restart
 * all begin to count anew.
 *
 * <p>It does nothing by itself: whoever owns the store calls {@link #tick}, every minute or so.
 */
public final class TimeToLive {
    private final Store store;
    private final String resource;
    private final Duration time;
    private final InstantSource clock;
    private final RevisionMarks marks = new RevisionMarks();

    /** @param time how long objects stay after their last write */
    public TimeToLive(Store store, String resource, Duration time, InstantSource clock) {
        this.store = store;
        this.resource = resource;
        this.time = time;
        this.clock = clock;
    }

    /** Deletes what has not been written for long enough. Blocks until that is durable. Not for two threads at a time. */
    public void tick() {
        Instant now = clock.instant();
        marks.add(now, store.revision());
        long old = marks.takeWhile(mark -> !mark.when().isAfter(now.minus(time)));
        if (old == 0) {
            return;
        }
        for (StoredObject object : store.snapshot().list(resource, null, null)) {
            if (object.revision() <= old) {
                delete(object);
            }
        }
    }

    private void delete(StoredObject object) {
        try {
            store.delete(object.key(), object.revision(), object.value());
        } catch (Store.RevisionConflictException e) {
            // It was written meanwhile, and lives on; or somebody else deleted it.
        }
    }
}
