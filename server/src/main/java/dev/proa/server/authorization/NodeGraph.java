package dev.proa.server.authorization;

import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which objects belong to which node's work: the pods bound to it, and what those refer to. Not safe for several threads at once.
 *
 * <pre>
 *   node <- pod <- secret, config map, service account, claim
 * </pre>
 */
final class NodeGraph {
    private final Map<Key, Edges> pods = new HashMap<>();
    /** For each object the nodes that it belongs to, each with the number of its pods that refer to it. */
    private final Map<Key, Map<String, Integer>> nodes = new HashMap<>();

    private record Edges(String node, Set<Key> objects) {}

    /** A pod is there, or has changed. */
    void put(Key key, MapValue pod) {
        Edges edges = edges(key, pod);
        Edges before = pods.get(key);
        if (edges != null && edges.equals(before)) {
            return;
        }
        remove(key);
        if (edges != null) {
            pods.put(key, edges);
            edges.objects.forEach(object ->
                    nodes.computeIfAbsent(object, none -> new HashMap<>()).merge(edges.node, 1, Integer::sum));
        }
    }

    /** A pod is gone. */
    void remove(Key key) {
        Edges edges = pods.remove(key);
        if (edges != null) {
            edges.objects.forEach(object -> nodes.computeIfPresent(object, (same, counts) -> {
                counts.computeIfPresent(edges.node, (node, count) -> count == 1 ? null : count - 1);
                return counts.isEmpty() ? null : counts;
            }));
        }
    }

    void clear() {
        pods.clear();
        nodes.clear();
    }

    /** Whether an object is a pod of the node, or one of its pods refers to it. */
    boolean related(String node, Key object) {
        Map<String, Integer> counts = nodes.get(object);
        return counts != null && counts.containsKey(node);
    }

    /** Whether one pod by itself makes an object belong to a node. */
    static boolean relates(String node, Key object, Key key, MapValue pod) {
        Edges edges = edges(key, pod);
        return edges != null && edges.node.equals(node) && edges.objects.contains(object);
    }

    private static @Nullable Edges edges(Key key, MapValue pod) {
        String node = pod.map("spec").string("nodeName");
        if (node.isEmpty()) {
            return null;
        }
        Set<Key> objects = new HashSet<>(PodReferences.of(pod));
        objects.add(key);
        return new Edges(node, objects);
    }
}
