package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

    /** The pod is bound to a node, as the API says. */
    synchronized void put(Pod pod) {
        place(ObjectKey.of(pod.value()), pod.spec().nodeName(), Demand.of(pod), pod.uid());
    }

    /** The pod will be bound to {@code node}: from now on it counts there. */
    synchronized void assume(PodInfo pod, String node) {
        place(pod.key(), node, pod.demand(), pod.pod().uid());
    }

    /** The pod is gone, or its binding failed. */
    synchronized void forget(Pod pod) {
        ObjectKey key = ObjectKey.of(pod.value());
        Placed before = placed.get(key);
        if (before != null && before.uid.equals(pod.uid())) {
            placed.remove(key);
            NodeState state = nodes.get(before.node);
            if (state != null) {
                state.remove(key);
            }
        }
    }

    /** Whether the pod counts on a node already. */
    synchronized boolean knows(Pod pod) {
        Placed before = placed.get(ObjectKey.of(pod.value()));
        return before != null && before.uid.equals(pod.uid());
    }

    private void place(ObjectKey key, String node, Demand demand, String uid) {
        Placed before = placed.put(key, new Placed(node, demand, uid));
        if (before != null && before.node.equals(node) && before.demand.equals(demand)) {
            return;
        }
        if (before != null && nodes.get(before.node) instanceof NodeState old) {
            old.remove(key);
        }
        if (nodes.get(node) instanceof NodeState state) {
            state.add(key, demand);
        }
    }

    /** Looks at all nodes while nothing changes. */
    synchronized <T> T look(java.util.function.Function<List<NodeState>, T> at) {
        return at.apply(new ArrayList<>(nodes.values()));
    }

    private record Placed(String node, Demand demand, String uid) {}
}
