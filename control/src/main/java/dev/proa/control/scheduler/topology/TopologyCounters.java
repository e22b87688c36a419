package dev.proa.control.scheduler.topology;

import dev.proa.control.scheduler.framework.Snapshot;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The counts of the criteria that pods had lately, so that pods of the same workload need not have all nodes counted again. For one thread. */
public final class TopologyCounters {
    /** At 5,000 nodes each takes some 50 KB. */
    private static final int REMEMBERED = 256;

    private final Map<PodCriterion, TopologyCounter> counters = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<PodCriterion, TopologyCounter> eldest) {
            return size() > REMEMBERED;
        }
    };
    private @Nullable Object order;

    /** The counts in {@code snapshot}, which is not older than that of the call before. */
    public TopologyCounts counts(PodCriterion criterion, Snapshot snapshot) {
        if (order != snapshot.order()) {
            counters.clear();
            order = snapshot.order();
        }
        return counters.computeIfAbsent(criterion, absent -> new TopologyCounter(absent, snapshot.size()))
                .counts(snapshot);
    }
}
