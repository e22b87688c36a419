package dev.proa.control.scheduler;

import dev.proa.control.scheduler.framework.Code;
import dev.proa.control.scheduler.framework.NodeStatuses;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Why a pod fits on no node: what each plugin said about each, and the message made of it, worded as by kube-scheduler. */
final class Diagnosis {
    private final int nodeCount;
    private final NodeStatuses nodes = new NodeStatuses();
    private final Set<String> unschedulablePlugins = new HashSet<>();
    private final Set<String> pendingPlugins = new HashSet<>();
    private String preFilterMessage = "";
    private String postFilterMessage = "";

    Diagnosis(int nodeCount) {
        this.nodeCount = nodeCount;
    }

    /** Of a pod that was rejected after it had been given a node. */
    static Diagnosis of(String node, Status status) {
        Diagnosis diagnosis = new Diagnosis(1);
        diagnosis.add(node, status);
        return diagnosis;
    }

    /** A plugin keeps the pod off a node. */
    void add(String node, Status status) {
        nodes.set(node, status);
        addPlugin(status);
    }

    /** Plugins have named the only nodes that come into question. */
    void addNamingPlugins(Set<String> plugins) {
        unschedulablePlugins.addAll(plugins);
        nodes.setAbsent(Status.unresolvable("node(s) didn't satisfy plugin(s) " + plugins));
    }

    /** A plugin has rejected the pod before any node was looked at. */
    void setPreFilter(Status status) {
        nodes.setAbsent(status);
        preFilterMessage = status.message();
        addPlugin(status);
    }

    void addPlugins(Set<String> plugins) {
        unschedulablePlugins.addAll(plugins);
    }

    private void addPlugin(Status status) {
        if (!status.plugin().isEmpty()) {
            (status.code() == Code.PENDING ? pendingPlugins : unschedulablePlugins).add(status.plugin());
        }
    }

    void setPostFilter(String message) {
        postFilterMessage = message;
    }

    /**
     * Says what kube-scheduler's preemption says where it finds nothing to preempt; for profiles without a PostFilter plugin, whose
     * users look for these words too.
     */
    void setPostFilterMissing(PodInfo pod) {
        if (!preFilterMessage.isEmpty()) {
            postFilterMessage = "not found";
            return;
        }
        postFilterMessage = "no new claims to deallocate, preemption: ";
        if (pod.pod().spec().preemptionPolicy().equals("Never")) {
            postFilterMessage += "not eligible due to preemptionPolicy=Never.";
            return;
        }
        int resolvable = (int) nodes.byNode().values().stream()
                .filter(status -> status.code() == Code.UNSCHEDULABLE)
                .count();
        List<String> counted = new ArrayList<>();
        if (resolvable > 0) {
            counted.add(resolvable + " No preemption victims found for incoming pod");
        }
        if (nodeCount > resolvable) {
            counted.add((nodeCount - resolvable) + " Preemption is not helpful for scheduling");
        }
        counted.sort(null);
        postFilterMessage += available() + " " + String.join(", ", counted) + ".";
    }

    NodeStatuses nodes() {
        return nodes;
    }

    Set<String> unschedulablePlugins() {
        return unschedulablePlugins;
    }

    Set<String> pendingPlugins() {
        return pendingPlugins;
    }

    String message() {
        StringBuilder message = new StringBuilder(available());
        String why = preFilterMessage.isEmpty() ? reasons() : preFilterMessage;
        if (!why.isEmpty()) {
            message.append(' ').append(why).append('.');
        }
        if (!postFilterMessage.isEmpty()) {
            message.append(' ').append(postFilterMessage);
        }
        return message.toString();
    }

    private String available() {
        return "0/" + nodeCount + " nodes are available:";
    }

    private String reasons() {
        Map<String, Integer> counts = new TreeMap<>();
        for (Status status : nodes.byNode().values()) {
            status.reasons().forEach(reason -> counts.merge(reason, 1, Integer::sum));
        }
        int absent = nodeCount - nodes.byNode().size();
        if (absent > 0) {
            nodes.absent().reasons().forEach(reason -> counts.merge(reason, absent, Integer::sum));
        }
        List<String> counted = new ArrayList<>();
        counts.forEach((reason, count) -> counted.add(count + " " + reason));
        counted.sort(null);
        return String.join(", ", counted);
    }
}
