package dev.proa.control.daemonset;

import dev.proa.api.apps.v1.DaemonSet;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.control.daemonset.NodeFit.Verdict;
import dev.proa.control.shared.Pods;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is known of a DaemonSet at one time: which nodes are to have a pod of it, and which pods there are. Immutable.
 *
 * @param hash of its current revision
 * @param generation the count of changes of its template, as in {@link DaemonPods#generation}
 * @param verdicts for each node that there is
 * @param pods by the node that they are bound to or made for, which may be gone; nodes without pods are absent
 */
record NodePods(
        DaemonSet set,
        String hash,
        String generation,
        Map<String, Verdict> verdicts,
        Map<String, List<Pod>> pods,
        Instant now) {
    static NodePods of(DaemonSet set, String hash, Collection<Node> nodes, Collection<Pod> pods, Instant now) {
        NodeFit fit = NodeFit.of(set);
        Map<String, Verdict> verdicts = HashMap.newHashMap(nodes.size());
        for (Node node : nodes) {
            verdicts.put(node.name(), fit.on(node));
        }
        Map<String, List<Pod>> byNode = HashMap.newHashMap(pods.size());
        for (Pod pod : pods) {
            // One that has ended and is being deleted only waits for a finalizer or its kubelet.
            String node = Pods.isFinished(pod) && pod.isDeleting() ? null : DaemonPods.node(pod);
            if (node != null) {
                byNode.computeIfAbsent(node, absent -> new ArrayList<>(1)).add(pod);
            }
        }
        byNode.values().forEach(list -> list.sort(DaemonPods.OLDEST));
        return new NodePods(set, hash, DaemonPods.generation(set), verdicts, byNode, now);
    }

    /** The pods of a node, the oldest first. */
    List<Pod> on(String node) {
        return pods.getOrDefault(node, List.of());
    }

    /** What to do about a node; {@link Verdict#LEAVE} when it is gone. */
    Verdict verdict(String node) {
        return verdicts.getOrDefault(node, Verdict.LEAVE);
    }

    /** How many nodes are to have a pod. */
    int desired() {
        int desired = 0;
        for (Verdict verdict : verdicts.values()) {
            if (verdict == Verdict.RUN) {
                desired++;
            }
        }
        return desired;
    }

    boolean isCurrent(Pod pod) {
        return DaemonPods.isCurrent(pod, hash, generation);
    }

    boolean isAvailable(Pod pod) {
        return Pods.isAvailable(pod, set.spec().minReadySeconds(), now);
    }
}
