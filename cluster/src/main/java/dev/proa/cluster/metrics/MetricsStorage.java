package dev.proa.cluster.metrics;

import dev.proa.cluster.metrics.MetricsBatch.PodName;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The last two samples of each node and container, as metrics-server keeps them; nothing of what was not in the last round. Thread-safe.
 */
final class MetricsStorage {
    /** A container that runs for at least so long, and less than a round, is measured from its start. */
    private static final Duration FRESH = Duration.ofSeconds(10);

    private final Duration resolution;
    private volatile Rounds rounds = new Rounds(Map.of(), Map.of(), Map.of(), Map.of());

    private record Rounds(
            Map<String, MetricsPoint> lastNodes,
            Map<String, MetricsPoint> previousNodes,
            Map<PodName, Map<String, MetricsPoint>> lastPods,
            Map<PodName, Map<String, MetricsPoint>> previousPods) {}

    /** @param resolution how long a round is */
    MetricsStorage(Duration resolution) {
        this.resolution = resolution;
    }

    /** What a node uses; null when it is not known yet. */
    @Nullable
    Usage node(String name) {
        Rounds now = rounds;
        MetricsPoint last = now.lastNodes.get(name);
        MetricsPoint previous = now.previousNodes.get(name);
        return last == null || previous == null ? null : Usage.between(previous, last);
    }

    /** What the containers of a pod use, by name; null when it is not yet known of all of them. */
    @Nullable
    Map<String, Usage> pod(String namespace, String name) {
        Rounds now = rounds;
        PodName pod = new PodName(namespace, name);
        Map<String, MetricsPoint> last = now.lastPods.get(pod);
        Map<String, MetricsPoint> previous = now.previousPods.get(pod);
        if (last == null || previous == null || !previous.keySet().containsAll(last.keySet())) {
            return null;
        }
        Map<String, Usage> usages = new TreeMap<>();
        last.forEach((container, point) -> {
            MetricsPoint before = previous.get(container);
            Usage usage = before == null ? null : Usage.between(before, point);
            if (usage != null) {
                usages.put(container, usage);
            }
        });
        return usages;
    }

    /** Stores a round. Called by one thread. */
    void store(MetricsBatch batch) {
        Rounds before = rounds;
        Map<String, MetricsPoint> previousNodes = new HashMap<>();
        batch.nodes().forEach((name, point) -> {
            MetricsPoint previous = previous(point, before.lastNodes.get(name), before.previousNodes.get(name));
            if (previous != null) {
                previousNodes.put(name, previous);
            }
        });
        Map<PodName, Map<String, MetricsPoint>> previousPods = new HashMap<>();
        batch.pods().forEach((pod, containers) -> {
            Map<String, MetricsPoint> last = before.lastPods.getOrDefault(pod, Map.of());
            Map<String, MetricsPoint> earlier = before.previousPods.getOrDefault(pod, Map.of());
            Map<String, MetricsPoint> previous = new HashMap<>();
            containers.forEach((name, point) -> {
                MetricsPoint one = previousOfContainer(point, last.get(name), earlier.get(name));
                if (one != null) {
                    previous.put(name, one);
                }
            });
            if (!previous.isEmpty()) {
                previousPods.put(pod, Map.copyOf(previous));
            }
        });
        rounds = new Rounds(batch.nodes(), previousNodes, batch.pods(), previousPods);
    }

    private @Nullable MetricsPoint previousOfContainer(
            MetricsPoint point, @Nullable MetricsPoint last, @Nullable MetricsPoint earlier) {
        Instant started = point.startedAt();
        if (started != null) {
            Duration age = Duration.between(started, point.timestamp());
            if (age.compareTo(FRESH) >= 0 && age.compareTo(resolution) < 0) {
                return new MetricsPoint(started, started, 0, point.memoryBytes());
            }
        }
        boolean restarted = last != null && started != null && !started.isBefore(last.timestamp());
        return restarted ? null : previous(point, last, earlier);
    }

    /** The sample to compare a new one with: the last one, or that before it when the last one was the same. */
    private static @Nullable MetricsPoint previous(
            MetricsPoint point, @Nullable MetricsPoint last, @Nullable MetricsPoint earlier) {
        if (last == null) {
            return null;
        }
        if (point.timestamp().isAfter(last.timestamp())) {
            return last;
        }
        return earlier != null && earlier.timestamp().isBefore(point.timestamp()) ? earlier : null;
    }
}
