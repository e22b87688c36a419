package dev.proa.control.scheduler.cache;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler's cache: the nodes with their pods as the informers saw them, and the assumed pods, whose binding has not been seen
 * yet.
 *
 * <p>Safe for any thread. Its lock is held for single changes and for as long as it takes to note in a {@link Snapshot} what has
 * changed since the one before; scheduling works on the snapshot, without a lock.
 */
public final class SchedulerCache {
    /** By name; what changed last is last. */
    private final LinkedHashMap<String, NodeInfo> nodes = new LinkedHashMap<>();
    /** Nodes that are not known, but have pods: the pods were heard of first, or the node was deleted first. */
    private final Map<String, NodeInfo> unknown = new HashMap<>();

    private final Map<String, Placed> pods = new HashMap<>();
    private final NodeOrder order = new NodeOrder();
    private final Map<String, Integer> imageNodes = new HashMap<>();
    private Map<String, Integer> imageNodesSeen = Map.of();
    private boolean imagesChanged;
    private long generation;
    private long orderChanged;
    /** Of the nodes since {@link #positionsSince}: what was counted in one snapshot serves the next, even if that one is lost. */
    private Map<String, Integer> positions = Map.of();

    private long positionsSince = Snapshot.NEVER;

    /** @param assumed whether it is only decided, and not seen yet */
    private record Placed(PodInfo info, String node, boolean assumed) {}

    /** A node was added or has changed. */
    public synchronized void put(Node node) {
        NodeInfo before = nodes.get(node.name());
        NodeInfo known = before == null ? unknown.remove(node.name()) : before;
        NodeInfo after = known == null ? NodeInfo.of(node) : known.with(node);
        if (order.put(node)) {
            orderChanged = generation + 1;
        }
        countImages(before == null ? Set.of() : before.images(), after.images());
        store(after);
    }

    /** A node was deleted. Its pods count again if it comes back before they are gone. */
    public synchronized void remove(Node node) {
        NodeInfo gone = nodes.remove(node.name());
        if (gone == null) {
            return;
        }
        order.remove(node.name());
        orderChanged = ++generation;
        countImages(gone.images(), Set.of());
        if (!gone.pods().isEmpty()) {
            unknown.put(node.name(), gone);
        }
    }

    /**
     * How a pod on a node has changed.
     *
     * @param before null when it did not count before
     */
    public record PodChange(@Nullable PodInfo before, PodInfo after) {}

    /** The pod is bound to a node, as the API says. */
    public synchronized PodChange put(Pod pod) {
        Placed before = pods.get(pod.uid());
        String node = pod.spec().nodeName();
        if (before == null) {
            PodInfo info = PodInfo.placed(pod);
            place(new Placed(info, node, false));
            return new PodChange(null, info);
        }
        Placed now = new Placed(before.info.withPlaced(pod), node, false);
        if (before.node.equals(node)) {
            pods.put(pod.uid(), now);
            change(node, info -> info.with(before.info, now.info));
        } else {
            drop(before);
            place(now);
        }
        return new PodChange(before.info, now.info);
    }

    /**
     * The pod will be bound to the node that it names: from now on it counts there.
     *
     * @return false when it counts somewhere already, because somebody else has bound it
     */
    public synchronized boolean assume(PodInfo pod) {
        if (knows(pod.pod())) {
            return false;
        }
        place(new Placed(pod, pod.pod().spec().nodeName(), true));
        return true;
    }

    /**
     * The pod is gone or has ended.
     *
     * @return the pod as it counted; null when it did not
     */
    public synchronized @Nullable PodInfo remove(Pod pod) {
        return remove(pod, false);
    }

    /**
     * The pod, which was {@linkplain #assume assumed}, will not be bound. Does nothing when it was bound after all.
     *
     * @return the pod as it counted; null when it did not
     */
    public synchronized @Nullable PodInfo forget(Pod pod) {
        return remove(pod, true);
    }

    /** How much there is in the cache. */
    public record Size(int nodes, int pods, int assumedPods) {}

    public synchronized Size size() {
        int assumed = (int) pods.values().stream().filter(Placed::assumed).count();
        return new Size(nodes.size(), pods.size(), assumed);
    }

    /** Whether the pod counts on a node already, assumed or bound. */
    public synchronized boolean knows(Pod pod) {
        return pods.containsKey(pod.uid());
    }

    /**
     * The cluster as it is now.
     *
     * @param before an older snapshot of this cache, of which all is taken that has not changed since
     */
    public synchronized Snapshot snapshot(Snapshot before) {
        if (before.generation() == generation) {
            return before;
        }
        if (imagesChanged) {
            imageNodesSeen = Map.copyOf(imageNodes);
            imagesChanged = false;
        }
        if (orderChanged > before.generation()) {
            List<NodeInfo> all = new ArrayList<>(nodes.size());
            for (String name : order.names()) {
                NodeInfo node = nodes.get(name);
                if (node != null) {
                    all.add(node);
                }
            }
            if (positionsSince != orderChanged) {
                positions = Snapshot.positions(all);
                positionsSince = orderChanged;
            }
            return Snapshot.of(all, positions, imageNodesSeen, generation);
        }
        List<NodeInfo> changed = new ArrayList<>();
        for (NodeInfo node : nodes.sequencedValues().reversed()) {
            if (node.generation() <= before.generation()) {
                break;
            }
            changed.add(node);
        }
        return before.with(changed, imageNodesSeen, generation);
    }

    private @Nullable PodInfo remove(Pod pod, boolean onlyAssumed) {
        Placed before = pods.get(pod.uid());
        if (before == null || (onlyAssumed && !before.assumed)) {
            return null;
        }
        drop(before);
        return before.info;
    }

    private void place(Placed pod) {
        pods.put(pod.info.uid(), pod);
        change(pod.node, node -> node.with(pod.info));
    }

    private void drop(Placed pod) {
        pods.remove(pod.info.uid());
        change(pod.node, node -> node.without(pod.info));
    }

    private void change(String name, Function<NodeInfo, NodeInfo> change) {
        NodeInfo node = nodes.get(name);
        if (node != null) {
            store(change.apply(node));
            return;
        }
        NodeInfo changed = change.apply(unknown.computeIfAbsent(name, SchedulerCache::named));
        if (changed.pods().isEmpty()) {
            unknown.remove(name);
        } else {
            unknown.put(name, changed);
        }
    }

    private void store(NodeInfo node) {
        nodes.putLast(node.name(), node.at(++generation));
    }

    private static NodeInfo named(String name) {
        return NodeInfo.of(new Node(MapValue.of("metadata", MapValue.of("name", name))));
    }

    private void countImages(Set<String> before, Set<String> after) {
        if (before.equals(after)) {
            return;
        }
        imagesChanged = true;
        before.forEach(image -> imageNodes.computeIfPresent(image, (name, count) -> count == 1 ? null : count - 1));
        after.forEach(image -> imageNodes.merge(image, 1, Integer::sum));
    }
}
