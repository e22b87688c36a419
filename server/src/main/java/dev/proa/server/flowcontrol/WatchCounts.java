package dev.proa.server.flowcontrol;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** How many watches there are of each resource, in all namespaces and in each: writes cost more when many are told of them. Thread-safe. */
final class WatchCounts {
    private final Map<Watched, Integer> counts = new ConcurrentHashMap<>();

    private record Watched(String group, String resource, String namespace) {}

    /**
     * A watch begins.
     *
     * @param namespace empty for all
     * @return to be run when it ends; a second time does nothing
     */
    Runnable begin(String group, String resource, String namespace) {
        Watched watched = new Watched(group, resource, namespace);
        counts.merge(watched, 1, Integer::sum);
        AtomicBoolean ended = new AtomicBoolean();
        return () -> {
            if (ended.compareAndSet(false, true)) {
                counts.computeIfPresent(watched, (same, count) -> count == 1 ? null : count - 1);
            }
        };
    }

    /** How many watches a change of an object in a namespace may concern. */
    int of(String group, String resource, String namespace) {
        int everywhere = counts.getOrDefault(new Watched(group, resource, ""), 0);
        return namespace.isEmpty()
                ? everywhere
                : everywhere + counts.getOrDefault(new Watched(group, resource, namespace), 0);
    }
}
