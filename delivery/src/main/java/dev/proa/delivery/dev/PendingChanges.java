package dev.proa.delivery.dev;

import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/**
 * Collects changes of files until they have come to rest, and hands them over as a batch. What is added after a batch was taken is
 * in a later one, so no change is lost while one is being built. Thread-safe.
 */
final class PendingChanges {
    /** No more changes for so long: an editor that writes several files is done. */
    private static final Duration QUIET = Duration.ofMillis(40);
    /** After so long a batch is handed over although there is no rest. */
    private static final Duration LONGEST = Duration.ofMillis(500);

    private final Clock clock;
    private final Set<String> paths = new TreeSet<>();
    private Instant first = Instant.MAX;
    private Instant last = Instant.MIN;
    private boolean closed;

    PendingChanges(Clock clock) {
        this.clock = clock;
    }

    /**
     * Changes that belong together.
     *
     * @param paths of the files, relative to the watched folder; empty when the session ends
     * @param since when the first of them was noticed
     */
    record Batch(Set<String> paths, Instant since) {
        Batch {
            paths = java.util.Collections.unmodifiableSet(new TreeSet<>(paths));
        }
    }

    /** Adds a changed path. */
    synchronized void add(String path) {
        Instant now = clock.instant();
        first = paths.isEmpty() ? now : first;
        last = now;
        paths.add(path);
        notifyAll();
    }

    /** Whether there are changes that were not taken. */
    synchronized boolean any() {
        return closed || !paths.isEmpty();
    }

    /** Ends the waiting of {@link #take}. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** The batch of all changes since the last one, once they have come to rest; without paths when closed. Blocks. */
    synchronized Batch take() throws InterruptedException {
        while (true) {
            if (closed) {
                return new Batch(Set.of(), clock.instant());
            }
            Duration left = left();
            if (left != null && !left.isPositive()) {
                Batch batch = new Batch(paths, first);
                paths.clear();
                return batch;
            }
            if (left == null) {
                wait();
            } else {
                clock.schedule(left, this::wake);
                wait();
            }
        }
    }

    private synchronized void wake() {
        notifyAll();
    }

    /** How long until they count as at rest; null when there are none. */
    private @org.jspecify.annotations.Nullable Duration left() {
        if (paths.isEmpty()) {
            return null;
        }
        Instant now = clock.instant();
        Duration quiet = Duration.between(now, last.plus(QUIET));
        Duration longest = Duration.between(now, first.plus(LONGEST));
        return quiet.compareTo(longest) < 0 ? quiet : longest;
    }
}
