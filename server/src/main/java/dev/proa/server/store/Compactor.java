package dev.proa.server.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Compacts the history of a store periodically, as kube-apiserver has etcd do: the last five minutes stay known, for watches that are
 * resumed and lists that are read in pages. When there are very many changes only the last half a minute is kept, to save memory.
 *
 * <p>It does nothing by itself: whoever owns the store calls {@link #tick}, every ten seconds or so, from any thread.
 */
public final class Compactor {
    private static final Duration RETENTION = Duration.ofMinutes(5);

    /** With more revisions than this, only {@link #SHORT_RETENTION} is kept. */
    private static final int MANY_REVISIONS = 20_000;

    private static final Duration SHORT_RETENTION = Duration.ofSeconds(30);

    private final Store store;
    private final InstantSource clock;
    private final RevisionMarks marks = new RevisionMarks();

    public Compactor(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Notes the present revision, and compacts to the one that was present when the retention began. */
    public synchronized void tick() {
        Instant now = clock.instant();
        long revision = store.revision();
        marks.add(now, revision);
        long oldest = marks.takeWhile(mark -> isPast(mark, now, revision));
        if (oldest > store.compactedRevision()) {
            store.compact(oldest);
        }
    }

    private static boolean isPast(RevisionMarks.Mark mark, Instant now, long revision) {
        boolean many = revision - mark.revision() > MANY_REVISIONS;
        return !mark.when().isAfter(now.minus(many ? SHORT_RETENTION : RETENTION));
    }
}
