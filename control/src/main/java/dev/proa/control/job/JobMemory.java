package dev.proa.control.job;

import dev.proa.client.clock.Clock;
import dev.proa.control.shared.Expectations;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the controller remembers of Jobs between two syncs, by their UIDs. It only spares work: a controller that starts anew, with nothing
 * remembered, comes to the same end. Thread-safe.
 */
final class JobMemory {
    final Expectations expectations;
    private final Map<String, Set<String>> removals = new ConcurrentHashMap<>();
    private final Map<String, Backoff> backoffs = new ConcurrentHashMap<>();

    JobMemory(Clock clock) {
        expectations = new Expectations(clock);
    }

    /** The finalizers of these pods are about to be removed. */
    void removing(String job, Collection<String> pods) {
        removals.computeIfAbsent(job, absent -> ConcurrentHashMap.newKeySet()).addAll(pods);
    }

    /** The cache shows that a pod has lost its finalizer, or it was not removed after all. */
    void removed(String job, String pod) {
        Set<String> waiting = removals.get(job);
        if (waiting != null) {
            waiting.remove(pod);
        }
    }

    /** The pods that lost their finalizer without the cache showing it. */
    Set<String> removing(String job) {
        Set<String> waiting = removals.get(job);
        return waiting == null ? Set.of() : Set.copyOf(waiting);
    }

    Backoff backoff(String job) {
        return backoffs.getOrDefault(job, Backoff.NONE);
    }

    void backoff(String job, Backoff backoff) {
        if (backoff.equals(Backoff.NONE)) {
            backoffs.remove(job);
        } else {
            backoffs.put(job, backoff);
        }
    }

    /** The Job has ended, or is gone. */
    void forget(String job) {
        expectations.forget(job);
        removals.remove(job);
        backoffs.remove(job);
    }
}
