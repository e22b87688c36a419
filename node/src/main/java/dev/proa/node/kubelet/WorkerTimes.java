package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Pod;
import dev.proa.client.clock.Clock;
import dev.proa.node.metrics.PodMetrics;
import dev.proa.node.metrics.PodMetrics.Operation;
import java.time.Duration;
import java.time.Instant;

/** Measures how long a pod takes to start, and each sync of its worker. Owned by the worker but for {@link #updated}. */
final class WorkerTimes {
    private final PodMetrics metrics;
    private final Clock clock;
    private final Instant seen;
    private final long made = System.nanoTime();
    private boolean created;
    private boolean starting;
    private volatile boolean updated;

    /** @param pod as it was when its worker was made; of one that an earlier kubelet started, the start is not measured */
    WorkerTimes(PodMetrics metrics, Clock clock, Pod pod) {
        this.metrics = metrics;
        this.clock = clock;
        this.seen = clock.instant();
        this.starting = pod.status().startTime() == null;
        metrics.workerMade(pod.spec().containers().size());
    }

    /** The pod has changed. */
    void updated() {
        updated = true;
    }

    /** A sync, which ends when this is closed. */
    final class Sync implements AutoCloseable {
        private final Operation operation;
        private final long begin = System.nanoTime();

        private Sync(Operation operation) {
            this.operation = operation;
        }

        @Override
        public void close() {
            metrics.synced(operation, System.nanoTime() - begin);
        }
    }

    /** Begins a sync; {@code ends} when it terminates the pod. */
    Sync begin(boolean ends) {
        boolean first = !created;
        created = true;
        if (first) {
            metrics.workerStarted(System.nanoTime() - made);
        }
        boolean changed = updated;
        updated = false;
        return new Sync(ends ? Operation.KILL : first ? Operation.CREATE : changed ? Operation.UPDATE : Operation.SYNC);
    }

    /**
     * A status was written.
     *
     * @param before the pod before that
     * @param nanos how long that took
     */
    void written(Pod before, Pod after, long nanos) {
        if (before.resourceVersion().equals(after.resourceVersion())) {
            return; // there was nothing to write
        }
        metrics.statusWritten(nanos);
        Instant now = clock.instant();
        if (starting
                && !before.status().phase().equals("Running")
                && after.status().phase().equals("Running")) {
            metrics.running(Duration.between(seen, now));
        }
        if (starting && allStarted(after)) {
            starting = false;
            Instant creation = after.metadata().creationTimestamp();
            metrics.started(Duration.between(creation == null ? seen : creation, now));
        }
    }

    private static boolean allStarted(Pod pod) {
        var statuses = pod.status().containerStatuses();
        return !statuses.isEmpty() && statuses.stream().allMatch(status -> status.started());
    }
}
