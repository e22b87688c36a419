package dev.proa.control.autoscaling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What an autoscaler has recommended and done lately. It is kept in memory only: after a restart, the first recommendation is the number
 * of replicas that there are. Used by one thread at a time.
 */
final class ScalingHistory {
    private final List<Entry> recommendations = new ArrayList<>();
    private final List<Entry> added = new ArrayList<>();
    private final List<Entry> removed = new ArrayList<>();

    /** A number of replicas and when it was recommended, added or removed. */
    record Entry(int replicas, Instant at) {}

    /** Begins with the number of replicas that there are, unless it has begun. */
    void begin(int replicas, Instant now) {
        if (recommendations.isEmpty()) {
            recommendations.add(new Entry(replicas, now));
        }
    }

    List<Entry> recommendations() {
        return recommendations;
    }

    /** Remembers what the metrics call for, in place of something that is older than {@code cutoff}. */
    void recommended(int replicas, Instant now, Instant cutoff) {
        put(recommendations, new Entry(replicas, now), cutoff);
    }

    /** Remembers a change of the number of replicas, in place of one that is older than {@code longest}. */
    void scaled(int from, int to, Instant now, Duration longest) {
        put(to > from ? added : removed, new Entry(Math.abs(to - from), now), now.minus(longest));
    }

    /** How many replicas there were when a period that ends now began, by what this autoscaler has changed since. */
    int replicasBefore(int current, Duration period, Instant now) {
        Instant start = now.minus(period);
        return current - sum(added, start) + sum(removed, start);
    }

    private static int sum(List<Entry> changes, Instant after) {
        return changes.stream()
                .filter(change -> change.at.isAfter(after))
                .mapToInt(Entry::replicas)
                .sum();
    }

    private static void put(List<Entry> entries, Entry entry, Instant cutoff) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            if (entries.get(i).at.isBefore(cutoff)) {
                entries.set(i, entry);
                return;
            }
        }
        entries.add(entry);
    }
}
