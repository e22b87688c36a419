package dev.proa.control.shared;

import dev.proa.client.clock.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tracks the creations and deletions that a controller has requested and not yet seen in its cache. Until it has, counting replicas
 * in the cache would create or delete too many. Expectations expire after five minutes, in case an event never comes. Owners are
 * identified by their UIDs. Thread-safe.
 */
public final class Expectations {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final Clock clock;
    private final ConcurrentHashMap<String, Expected> expected = new ConcurrentHashMap<>();

    public Expectations(Clock clock) {
        this.clock = clock;
    }

    /** {@code count} objects will appear. */
    public void expectCreations(String owner, int count) {
        expect(owner, count, Set.of());
    }

    /** The objects of these UIDs will go. */
    public void expectDeletions(String owner, Collection<String> uids) {
        expect(owner, 0, uids);
    }

    /** So many objects will appear, and those of these UIDs will go. */
    public void expect(String owner, int creations, Collection<String> deletions) {
        expected.put(owner, new Expected(clock.instant(), creations, deletions));
    }

    /** One more object appeared, or will not. */
    public void created(String owner) {
        Expected waiting = expected.get(owner);
        if (waiting != null) {
            waiting.created();
        }
    }

    /** An object went, is about to, or will not. Each counts once. */
    public void deleted(String owner, String uid) {
        Expected waiting = expected.get(owner);
        if (waiting != null) {
            waiting.deleted(uid);
        }
    }

    /** Whether everything was seen, or too long ago to wait for. */
    public boolean areMet(String owner) {
        Expected waiting = expected.get(owner);
        return waiting == null
                || waiting.isMet()
                || Duration.between(waiting.since, clock.instant()).compareTo(TIMEOUT) > 0;
    }

    /** The owner is gone. */
    public void forget(String owner) {
        expected.remove(owner);
    }

    private static final class Expected {
        final Instant since;
        private final Set<String> deletions;
        private int creations;

        Expected(Instant since, int creations, Collection<String> deletions) {
            this.since = since;
            this.creations = creations;
            this.deletions = new HashSet<>(deletions);
        }

        synchronized void created() {
            creations--;
        }

        synchronized void deleted(String uid) {
            deletions.remove(uid);
        }

        synchronized boolean isMet() {
            return creations <= 0 && deletions.isEmpty();
        }
    }
}
