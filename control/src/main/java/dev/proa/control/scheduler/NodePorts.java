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
    public Verdict filter(PodInfo pod, NodeState node) {
        if (pod.demand().ports().isEmpty()) {
            return Verdict.FITS;
        }
        // A pod in the node's network takes no port away from the node: it has to bind it.
        if (!pod.pod().spec().hostNetwork() && pod.demand().ports().stream().anyMatch(node::reserves)) {
            return TAKEN;
        }
        for (Demand other : node.pods()) {
            if (conflict(pod.demand(), other)) {
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
                !NodeState.reservedPorts(before).equals(NodeState.reservedPorts(after));
            case ClusterEvent.PodGone(Demand freed) -> conflict(pod.demand(), freed);
            default -> false;
        };
    }

    private static boolean conflict(Demand a, Demand b) {
        for (Demand.HostPort wanted : a.ports()) {
            for (Demand.HostPort taken : b.ports()) {
                if (wanted.conflicts(taken)) {
                    return true;
                }
            }
        }
        return false;
    }
}
