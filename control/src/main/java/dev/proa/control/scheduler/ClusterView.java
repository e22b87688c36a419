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
 * The nodes and what is on them, as far as seen, together with what was decided and is not seen yet (assumed pods). Safe for any
 * thread; all methods are quick.
 */
final class ClusterView {
    private final Map<String, NodeState> nodes = new LinkedHashMap<>();
    private final Map<ObjectKey, Placed> placed = new HashMap<>();

    synchronized void put(Node node) {
        NodeState state = nodes.get(node.name());
        if (state == null) {
            NodeState made = new NodeState(node);
            nodes.put(node.name(), made);
            placed.forEach((key, where) -> {
                if (where.node.equals(node.name())) {
                    made.add(key, where.demand);
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
    synchronized Demand put(Pod pod, Demand demand) {
        Placed now = new Placed(pod.spec().nodeName(), demand, pod.uid(), false);
        Placed before = place(ObjectKey.of(pod.value()), now);
        return before == null ? null : before.demand;
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
        place(pod.key(), new Placed(node, pod.demand(), pod.uid(), true));
        return true;
    }

    /**
     * The pod is gone or has ended.
     *
     * @return what it took; null when it did not count
     */
    @Nullable
    synchronized Demand remove(Pod pod) {
        return remove(pod, false);
    }

    /**
     * The pod, which was {@linkplain #assume assumed}, will not be bound. Does nothing when it was bound after all.
     *
     * @return what it took; null when it did not count
     */
    @Nullable
    synchronized Demand forget(Pod pod) {
        return remove(pod, true);
    }

    /** Whether the pod counts on a node already. */
    synchronized boolean knows(Pod pod) {
        Placed before = placed.get(ObjectKey.of(pod.value()));
        return before != null && before.uid.equals(pod.uid());
    }

    private @Nullable Demand remove(Pod pod, boolean onlyAssumed) {
        ObjectKey key = ObjectKey.of(pod.value());
        Placed before = placed.get(key);
        if (before == null || !before.uid.equals(pod.uid()) || onlyAssumed && !before.assumed) {
            return null;
        }
        placed.remove(key);
        if (nodes.get(before.node) instanceof NodeState state) {
            state.remove(key);
        }
        return before.demand;
    }

    private @Nullable Placed place(ObjectKey key, Placed now) {
        Placed before = placed.put(key, now);
        if (before != null && before.node.equals(now.node) && before.demand.equals(now.demand)) {
            return before;
        }
        if (before != null && nodes.get(before.node) instanceof NodeState old) {
            old.remove(key);
        }
        if (nodes.get(now.node) instanceof NodeState state) {
            state.add(key, now.demand);
        }
        return before;
    }

    /** Looks at all nodes while nothing changes. */
    synchronized <T extends @Nullable Object> T look(Function<List<NodeState>, T> at) {
        return at.apply(new ArrayList<>(nodes.values()));
    }

    /** @param assumed whether it is only decided, and not seen yet */
    private record Placed(String node, Demand demand, String uid, boolean assumed) {}
}
