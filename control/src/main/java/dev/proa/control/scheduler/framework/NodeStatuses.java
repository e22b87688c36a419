package dev.proa.control.scheduler.framework;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Why a pod fits on none of the nodes: a status by the name of each node that was looked at, and one for all others. */
public final class NodeStatuses {
    private final Map<String, Status> byNode = new HashMap<>();
    private Status absent = Status.unresolvable();

    public void set(String node, Status status) {
        byNode.put(node, status);
    }

    /** Sets the status of all nodes that have none of their own. */
    public void setAbsent(Status status) {
        absent = status;
    }

    public Status get(String node) {
        return byNode.getOrDefault(node, absent);
    }

    public Status absent() {
        return absent;
    }

    /** The statuses of the nodes that were looked at. */
    public Map<String, Status> byNode() {
        return Collections.unmodifiableMap(byNode);
    }

    /** How many nodes are available, none, and why each is not: {@code 0/3 nodes are available: 2 Insufficient cpu, 1 ....} */
    public String message(int nodeCount) {
        Map<String, Integer> counts = new HashMap<>();
        for (Status status : byNode.values()) {
            status.reasons().forEach(reason -> counts.merge(reason, 1, Integer::sum));
        }
        int others = nodeCount - byNode.size();
        if (others > 0) {
            absent.reasons().forEach(reason -> counts.merge(reason, others, Integer::sum));
        }
        List<String> counted = new ArrayList<>();
        counts.forEach((reason, count) -> counted.add(count + " " + reason));
        counted.sort(null);
        String none = available(nodeCount);
        return counted.isEmpty() ? none : none + " " + String.join(", ", counted) + ".";
    }

    /** The beginning of every such message. */
    public static String available(int nodeCount) {
        return "0/" + nodeCount + " nodes are available:";
    }

    /** The nodes of {@code snapshot} whose status has {@code code}. */
    public List<NodeInfo> nodes(Snapshot snapshot, Code code) {
        List<NodeInfo> found = new ArrayList<>();
        for (NodeInfo node : snapshot.nodes()) {
            if (get(node.name()).code() == code) {
                found.add(node);
            }
        }
        return found;
    }
}
