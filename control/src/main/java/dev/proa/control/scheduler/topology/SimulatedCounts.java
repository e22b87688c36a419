package dev.proa.control.scheduler.topology;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts of a snapshot with changes that are only simulated. Not thread-safe. */
public final class SimulatedCounts {
    private final TopologyCounts counts;
    private @Nullable Map<String, Integer> changes;
    private int least;
    private long total;

    public SimulatedCounts(TopologyCounts counts) {
        this.counts = counts;
        this.least = counts.least();
        this.total = counts.total();
    }

    /** One that changes independently. */
    public SimulatedCounts copy() {
        SimulatedCounts copy = new SimulatedCounts(counts);
        if (changes != null) {
            copy.changes = new HashMap<>(changes);
            copy.least = least;
            copy.total = total;
        }
        return copy;
    }

    /** Adds pods to the domain of a value, or takes some away when negative. */
    public void add(String value, int pods) {
        if (changes == null) {
            changes = new HashMap<>();
        }
        changes.merge(value, pods, Integer::sum);
        total += pods;
        least = counts.least(changes);
    }

    /** As {@link TopologyCounts#pods}. */
    public int pods(String value) {
        int pods = counts.pods(value);
        return changes == null ? pods : pods + changes.getOrDefault(value, 0);
    }

    /** As {@link TopologyCounts#least}. */
    public int least() {
        return least;
    }

    /** As {@link TopologyCounts#total}. */
    public long total() {
        return total;
    }

    /** As {@link TopologyCounts#domains}. */
    public int domains() {
        return counts.domains();
    }
}
