package dev.proa.control.scheduler;

import dev.proa.control.scheduler.framework.Code;
import dev.proa.control.scheduler.framework.NodeStatuses;
import dev.proa.control.scheduler.framework.Status;
import java.util.HashSet;
import java.util.Set;

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

    void addPlugin(String name) {
        unschedulablePlugins.add(name);
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
        String message = preFilterMessage.isEmpty()
                ? nodes.message(nodeCount)
                : NodeStatuses.available(nodeCount) + " " + preFilterMessage + ".";
        return postFilterMessage.isEmpty() ? message : message + " " + postFilterMessage;
    }
}
