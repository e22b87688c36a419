package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Node;
import java.util.List;

/** Ports of the node that are taken already, by pods or by the node itself. */
final class NodePorts implements Plugin.Filter {
    private static final Verdict TAKEN =
            new Verdict.Unfit(List.of("node(s) didn't have free ports for the requested pod ports"), true);

    @Override
    public String name() {
        return "NodePorts";
    }

    @Override
    public Verdict filter(PodInfo pod, NodeInfo node) {
        if (pod.requests().ports().isEmpty()) {
            return Verdict.FITS;
        }
        // A pod in the node's network takes no port away from the node: it has to bind it.
        if (!pod.pod().spec().hostNetwork() && pod.requests().ports().stream().anyMatch(node::reserves)) {
            return TAKEN;
        }
        for (PodRequests other : node.pods()) {
            if (conflict(pod.requests(), other)) {
                return TAKEN;
            }
        }
        return Verdict.FITS;
    }

    @Override
    public boolean mayHelp(PodInfo pod, ClusterEvent event) {
        return switch (event) {
            case ClusterEvent.NodeAdded added -> true;
            case ClusterEvent.NodeUpdated(Node before, Node after) ->
                !NodeInfo.reservedPorts(before).equals(NodeInfo.reservedPorts(after));
            case ClusterEvent.PodGone(PodRequests freed) -> conflict(pod.requests(), freed);
            default -> false;
        };
    }

    private static boolean conflict(PodRequests a, PodRequests b) {
        for (PodRequests.HostPort wanted : a.ports()) {
            for (PodRequests.HostPort taken : b.ports()) {
                if (wanted.conflicts(taken)) {
                    return true;
                }
            }
        }
        return false;
    }
}
