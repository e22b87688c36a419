package dev.proa.control.scheduler.topology;

import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the counts of one criterion up to date: what it has counted on a node, it counts again only when the node or its pods have
 * changed. For one thread, and for the snapshots of one {@link Snapshot#order}.
 */
final class TopologyCounter {
    private final PodCriterion criterion;
    private final TopologyCounts.Mutable counts = new TopologyCounts.Mutable();
    /** By the position of the node: the domain in which it was counted, or null, and the pods. */
    private final @Nullable String[] domains;

    private final int[] pods;
    private long generation = Snapshot.NEVER;

    TopologyCounter(PodCriterion criterion, int nodes) {
        this.criterion = criterion;
        this.domains = new String[nodes];
        this.pods = new int[nodes];
    }

    TopologyCounts counts(Snapshot snapshot) {
        if (snapshot.generation() != generation) {
            snapshot.forEachChangedSince(generation, this::count);
            generation = snapshot.generation();
        }
        return counts.publish();
    }

    private void count(int position, NodeInfo node) {
        String before = domains[position];
        String now = criterion.domain(node);
        int found = now == null ? 0 : criterion.pods(node);
        if (now != null && now.equals(before) && found == pods[position]) {
            return;
        }
        if (before != null) {
            counts.remove(before, pods[position]);
        }
        if (now != null) {
            counts.add(now, found);
        }
        domains[position] = now;
        pods[position] = found;
    }
}
