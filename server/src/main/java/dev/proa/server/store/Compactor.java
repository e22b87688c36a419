package dev.proa.server.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;

/**
 * Forgets the past of a store after a time, as kube-apiserver has etcd do: what happened in the last five minutes stays known, for
 * watches that are resumed and lists that are read in pieces. Sooner when more happens than is good for the memory.
 *
 * <p>It does nothing by itself: whoever owns the store calls {@link #tick}, every ten seconds or so, from any thread.
 */
public final class Compactor {
    public static final Duration RETENTION = Duration.ofMinutes(5);

    /** The past of at most so many revisions is kept, at some hundred bytes each besides what has changed. */
    public static final int MOST_REVISIONS = 100_000;

    private final Store store;
    private final InstantSource clock;
    private final Duration retention;
    private final int mostRevisions;
    private final ArrayDeque<Mark> marks = new ArrayDeque<>();

    private record Mark(Instant when, long revision) {}

    public Compactor(Store store, InstantSource clock) {
        this(store, clock, RETENTION, MOST_REVISIONS);
    }

    /**
     * @param retention for how long the past is known, if not more than {@code mostRevisions} happen meanwhile
     */
    public Compactor(Store store, InstantSource clock, Duration retention, int mostRevisions) {
        this.store = store;
        this.clock = clock;
        this.retention = retention;
        this.mostRevisions = mostRevisions;
    }

    /** Notes the present revision, and compacts to the one that was present when the retention began. */
    public synchronized void tick() {
        Instant now = clock.instant();
        long revision = store.revision();
        marks.add(new Mark(now, revision));
        long oldest = revision - mostRevisions;
        Instant start = now.minus(retention);
        for (Mark mark = marks.peek(); mark != null && !mark.when().isAfter(start); mark = marks.peek()) {
            oldest = Math.max(oldest, mark.revision());
            marks.remove();
        }
        if (oldest > store.compactedRevision()) {
            store.compact(oldest);
        }
    }
}
