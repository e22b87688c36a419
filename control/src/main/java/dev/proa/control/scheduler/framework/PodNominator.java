package dev.proa.control.scheduler.framework;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pods that have no node yet but one they are nominated for, on which room is being made for them. Pods of the same or a lower
 * priority must leave them that room. Thread-safe.
 */
public final class PodNominator {
    private final Map<String, List<PodInfo>> byNode = new HashMap<>();
    private final Map<String, String> nodes = new HashMap<>();
    private volatile boolean empty = true;

    /**
     * A pod waits again.
     *
     * @param node what it is nominated for now, empty for none; null to go by its status
     */
    public synchronized void put(PodInfo pod, @Nullable String node) {
        remove(pod.uid());
        String nominated = node == null ? pod.pod().status().nominatedNodeName() : node;
        if (!nominated.isEmpty()) {
            nodes.put(pod.uid(), nominated);
            byNode.computeIfAbsent(nominated, absent -> new ArrayList<>()).add(pod);
            empty = false;
        }
    }

    /** A pod that waits has changed; what was nominated here before its status says so stays. */
    public synchronized void update(PodInfo before, PodInfo after) {
        String known = nodes.get(after.uid());
        boolean saysNothing = before.pod().status().nominatedNodeName().isEmpty()
                && after.pod().status().nominatedNodeName().isEmpty();
        put(after, saysNothing ? known : null);
    }

    public synchronized void remove(String uid) {
        String node = nodes.remove(uid);
        List<PodInfo> pods = node == null ? null : byNode.get(node);
        if (pods != null) {
            pods.removeIf(pod -> pod.uid().equals(uid));
            if (pods.isEmpty()) {
                byNode.remove(node);
            }
            empty = nodes.isEmpty();
        }
    }

    /** The pods nominated for a node. Asked for each node that is looked at, so that it takes no lock where there are none. */
    public List<PodInfo> on(String node) {
        if (empty) {
            return List.of();
        }
        synchronized (this) {
            List<PodInfo> pods = byNode.get(node);
            return pods == null ? List.of() : List.copyOf(pods);
        }
    }
}
