package dev.proa.node.sandbox.state;

import dev.proa.client.clock.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the directories of removed sandboxes and containers. One that cannot be deleted is logged and retried later,
 * by this runtime or the next one; it never blocks the end of its pod or the start of a node. Thread-safe.
 */
public final class PendingDeletions {
    private static final Logger LOG = LoggerFactory.getLogger(PendingDeletions.class);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private final Clock clock;
    private final Set<Path> left = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public PendingDeletions(Clock clock) {
        this.clock = clock;
    }

    /** Deletes a directory, now or later. */
    public void delete(Path directory) {
        if (left.add(directory)) {
            attempt(directory, FIRST_WAIT);
        }
    }

    private void attempt(Path directory, Duration wait) {
        if (closed) {
            return;
        }
        try {
            StateFiles.delete(directory);
            left.remove(directory);
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} could not be deleted, will try again in {} s", directory, wait.toSeconds(), e);
            Duration next = wait.multipliedBy(2);
            Duration then = next.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : next;
            clock.schedule(wait, () -> attempt(directory, then));
        }
    }

    /** Stops retrying. */
    public void close() {
        closed = true;
    }
}
