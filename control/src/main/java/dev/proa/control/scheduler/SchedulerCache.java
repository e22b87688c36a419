package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler's cache: the nodes with their pods as the informers saw them, and the assumed pods, whose binding has not been seen
 * yet. Safe for any thread; no method blocks.
 */
final class SchedulerCache {
    private final Map<String, NodeInfo> nodes = new LinkedHashMap<>();
    private final Map<ObjectKey, Placed> placed = new HashMap<>();

    synchronized void put(Node node) {
        NodeInfo state = nodes.get(node.name());
        if (state == null) {
            NodeInfo made = new NodeInfo(node);
            nodes.put(node.name(), made);
            placed.forEach((key, where) -> {
                if (where.node.equals(node.name())) {
                    made.add(key, where.requests);
                }
            });
        } else {
            state.update(node);
        }
    }

    synchronized void remove(Node node) {
        nodes.remove(node.name());
    }

    /**
     * The pod is bound to a node, as the API says.
     *
     * @return what it took before; null when it is new
     */
    @Nullable
    synchronized PodRequests put(Pod pod, PodRequests requests) {
        Placed now = new Placed(pod.spec().nodeName(), requests, pod.uid(), false);
        Placed before = place(ObjectKey.of(pod.value()), now);
        return before == null ? null : before.requests;
    }

    /**
     * The pod will be bound to {@code node}: from now on it counts there.
     *
     * @return false when it counts somewhere already, because somebody else has bound it
     */
    synchronized boolean assume(PodInfo pod, String node) {
        if (knows(pod.pod())) {
            return false;
        }
        place(pod.key(), new Placed(node, pod.requests(), pod.uid(), true));
        return true;
    }

    /**
     * The pod is gone or has ended.
     *
     * @return what it took; null when it did not count
     */
    @Nullable
    synchronized PodRequests remove(Pod pod) {
        return remove(pod, false);
    }

    /**
     * The pod, which was {@linkplain #assume assumed}, will not be bound. Does nothing when it was bound after all.
     *
     * @return what it took; null when it did not count
     */
    @Nullable
    synchronized PodRequests forget(Pod pod) {
        return remove(pod, true);
    }

    /** Whether the pod counts on a node already. */
    synchronized boolean knows(Pod pod) {
        Placed before = placed.get(ObjectKey.of(pod.value()));
        return before != null && before.uid.equals(pod.uid());
    }

    private @Nullable PodRequests remove(Pod pod, boolean onlyAssumed) {
        ObjectKey key = ObjectKey.of(pod.value());
        Placed before = placed.get(key);
        if (before == null || !before.uid.equals(pod.uid()) || onlyAssumed && !before.assumed) {
            return null;
        }
        placed.remove(key);
        if (nodes.get(before.node) instanceof NodeInfo state) {
            state.remove(key);
        }
        return before.requests;
    }

    private @Nullable Placed place(ObjectKey key, Placed now) {
        Placed before = placed.put(key, now);
        if (before != null && before.node.equals(now.node) && before.requests.equals(now.requests)) {
            return before;
        }
        if (before != null && nodes.get(before.node) instanceof NodeInfo old) {
            old.remove(key);
        }
        if (nodes.get(now.node) instanceof NodeInfo state) {
            state.add(key, now.requests);
        }
        return before;
    }

    /** Looks at all nodes while nothing changes. */
    synchronized <T extends @Nullable Object> T look(Function<List<NodeInfo>, T> at) {
        return at.apply(new ArrayList<>(nodes.values()));
    }

    /** @param assumed whether it is only decided, and not seen yet */
    private record Placed(String node, PodRequests requests, String uid, boolean assumed) {}
}
