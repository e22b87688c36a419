package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PodRequests;
import dev.proa.control.scheduler.framework.PodRequests.HostPort;
import dev.proa.control.scheduler.framework.PreFilterResult;
import dev.proa.control.scheduler.framework.Status;
import java.util.List;

/** Keeps pods off nodes whose ports they ask for are taken, by pods or by the node itself. */
public final class NodePorts implements Plugin.PreFilter, Plugin.Filter, Plugin.EnqueueExtensions {
    private static final String NAME = "NodePorts";
    private static final Status TAKEN = Status.unschedulable(
                    "node(s) didn't have free ports for the requested pod ports")
            .by(NAME);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PreFilterResult preFilter(CycleState state, PodInfo pod) {
        return pod.requests().ports().isEmpty() ? PreFilterResult.SKIP : PreFilterResult.ALL_NODES;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        List<HostPort> wanted = pod.requests().ports();
        // A pod in the node's network takes no port away from the node: it has to bind it.
        if (!pod.pod().spec().hostNetwork() && wanted.stream().anyMatch(node::reserves)) {
            return TAKEN;
        }
        return conflict(wanted, node.requested().ports()) ? TAKEN : Status.SUCCESS;
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return List.of(
                new EventRegistration(
                        ClusterEvent.ASSIGNED_POD_DELETED,
                        (pod, before, after) -> before instanceof Pod gone
                                && conflict(
                                        pod.requests().ports(),
                                        PodRequests.of(gone).ports())),
                EventRegistration.of(ClusterEvent.NODE_ADDED),
                new EventRegistration(
                        ClusterEvent.of(ClusterEvent.NODE, Action.UPDATE_NODE_ANNOTATION),
                        (pod, before, after) -> before instanceof Node old
                                && after instanceof Node now
                                && !NodeInfo.reservedPorts(old).equals(NodeInfo.reservedPorts(now))));
    }

    private static boolean conflict(List<HostPort> wanted, List<HostPort> taken) {
        for (HostPort one : wanted) {
            for (HostPort other : taken) {
                if (one.conflicts(other)) {
                    return true;
                }
            }
        }
        return false;
    }
}
