package dev.proa.control.shared;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.status.StatusException;
import dev.proa.api.view.KubeObject;
import dev.proa.client.ResourceClient;
import dev.proa.client.reconcile.EventRecorder;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Creates and deletes the pods of an object, such as a ReplicaSet or a Job, and records an event on it for each: {@code SuccessfulCreate},
 * {@code FailedCreate}, {@code SuccessfulDelete}, {@code FailedDelete}. It tells {@link Expectations} of requests that failed, for which no event
 * of an informer comes. Thread-safe.
 */
public final class PodWriter {
    private final ResourceClient<Pod> pods;
    private final EventRecorder events;
    private final Expectations expectations;

    /** @param expectations counts what was requested, by the UID of the owner */
    public PodWriter(ResourceClient<Pod> pods, EventRecorder events, Expectations expectations) {
        this.pods = pods;
        this.events = events;
        this.expectations = expectations;
    }

    /**
     * Creates {@code count} pods alike, in batches that double in size while they succeed.
     *
     * @return the first failure; null when there was none, or only because the namespace is being deleted
     */
    public @Nullable RuntimeException create(KubeObject owner, Pod pod, int count) throws InterruptedException {
        return create(owner, Collections.nCopies(count, pod)).failure();
    }

    /**
     * Creates these pods in their order, in batches that double in size while they succeed.
     *
     * @return how many were created, and the first failure; null when there was none, or only because the namespace is being deleted
     */
    public SlowStart.Outcome create(KubeObject owner, List<Pod> chosen) throws InterruptedException {
        expectations.expectCreations(owner.uid(), chosen.size());
        Queue<Pod> next = new ConcurrentLinkedQueue<>(chosen);
        SlowStart.Outcome outcome = SlowStart.run(chosen.size(), () -> create(owner, next.remove()));
        for (int i = outcome.succeeded(); i < chosen.size(); i++) {
            expectations.created(owner.uid());
        }
        return outcome.failure() instanceof StatusException e && Terminating.isCauseOf(e)
                ? new SlowStart.Outcome(outcome.succeeded(), null)
                : outcome;
    }

    /**
     * Creates one pod, of which nothing is expected.
     *
     * @throws StatusException when it cannot be created; the event is recorded unless the namespace is being deleted
     */
    public Pod create(KubeObject owner, Pod pod) {
        Pod created;
        try {
            created = pods.create(pod);
        } catch (StatusException e) {
            if (!Terminating.isCauseOf(e)) {
                events.warning(owner, "FailedCreate", "Error creating: " + e.getMessage());
            }
            throw e;
        }
        events.normal(owner, "SuccessfulCreate", "Created pod: " + created.name());
        return created;
    }

    /**
     * Deletes pods, all at once.
     *
     * @return the first failure; null when there was none. A pod that is gone already is none.
     */
    public @Nullable RuntimeException delete(KubeObject owner, Collection<Pod> chosen) throws InterruptedException {
        expectations.expectDeletions(owner.uid(), chosen.stream().map(Pod::uid).toList());
        return Parallel.run(List.copyOf(chosen), pod -> {
                    try {
                        delete(owner, pod);
                    } catch (RuntimeException | Error e) {
                        expectations.deleted(owner.uid(), pod.uid());
                        if (!(e instanceof StatusException status && status.code() == 404)) {
                            throw e;
                        }
                    }
                })
                .stream()
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /**
     * Deletes one pod, of which nothing is expected.
     *
     * @throws StatusException when it cannot be deleted, also because it is gone already (404)
     */
    public void delete(KubeObject owner, Pod pod) {
        try {
            pods.in(pod.namespace()).delete(pod.name());
        } catch (StatusException e) {
            if (e.code() != 404) {
                events.warning(owner, "FailedDelete", "Error deleting: " + e.getMessage());
            }
            throw e;
        }
        events.normal(owner, "SuccessfulDelete", "Deleted pod: " + pod.name());
    }
}
