package dev.proa.control.daemonset;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.control.shared.Expectations;
import dev.proa.control.shared.PodWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creates and deletes pods of DaemonSets, at most {@link #BURST} of each at a time, and knows which of them the cache does not show yet. Thread-safe. */
final class DaemonPodWriter {
    static final int BURST = 250;

    private final Expectations creations;
    private final Expectations deletions;
    private final PodWriter creating;
    private final PodWriter deleting;

    DaemonPodWriter(ResourceClient<Pod> pods, EventRecorder events, Clock clock) {
        this.creations = new Expectations(clock);
        this.deletions = new Expectations(clock);
        this.creating = new PodWriter(pods, events, creations);
        this.deleting = new PodWriter(pods, events, deletions);
    }

    /** Whether the cache shows everything that was requested for a DaemonSet. */
    boolean hasSeenAll(DaemonSet set) {
        return creations.areMet(set.uid()) && deletions.areMet(set.uid());
    }

    /** A pod appeared. */
    void created(DaemonSet set) {
        creations.created(set.uid());
    }

    /** A pod went, or is about to. */
    void deleted(DaemonSet set, Pod pod) {
        deletions.deleted(set.uid(), pod.uid());
    }

    /** The DaemonSet is gone. */
    void forget(DaemonSet set) {
        creations.forget(set.uid());
        deletions.forget(set.uid());
    }

    /**
     * Creates a pod for each of these nodes and deletes these pods; what is beyond the burst is left for the next time.
     *
     * @return the first failure; null when there was none, or only because the namespace is being deleted
     */
    @Nullable
    RuntimeException write(NodePods known, List<String> create, List<Pod> delete) throws InterruptedException {
        RuntimeException failure = create(known, create.subList(0, Math.min(BURST, create.size())));
        RuntimeException other = deleting.delete(known.set(), delete.subList(0, Math.min(BURST, delete.size())));
        return failure == null ? other : failure;
    }

    private @Nullable RuntimeException create(NodePods known, List<String> nodes) throws InterruptedException {
        if (nodes.isEmpty()) {
            return null;
        }
        DaemonSet set = known.set();
        Pod prototype = DaemonPods.prototype(set, known.hash());
        List<Pod> pods =
                nodes.stream().map(node -> DaemonPods.on(prototype, node)).toList();
        return creating.create(set, pods).failure();
    }
}
