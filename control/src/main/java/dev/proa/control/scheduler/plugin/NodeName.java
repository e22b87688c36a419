package dev.proa.control.scheduler.plugin;

import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PreFilterResult;
import dev.proa.control.scheduler.framework.Status;
import java.util.List;

/** Keeps a pod that names its node off all others. */
public final class NodeName implements Plugin.PreFilter, Plugin.Filter, Plugin.EnqueueExtensions {
    private static final String NAME = "NodeName";
    private static final Status OTHER =
            Status.unresolvable("node(s) didn't match the requested node name").by(NAME);

    @Override
    public String name() {
        return NAME;
    }

    /** Few pods that are to be scheduled name a node: for others there is nothing to ask of each node. */
    @Override
    public PreFilterResult preFilter(CycleState state, PodInfo pod) {
        return wanted(pod).isEmpty() ? PreFilterResult.SKIP : PreFilterResult.ALL_NODES;
    }

    private static String wanted(PodInfo pod) {
        return pod.pod().value().map("spec").string("nodeName");
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        String wanted = wanted(pod);
        return wanted.isEmpty() || wanted.equals(node.name()) ? Status.SUCCESS : OTHER;
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return List.of(EventRegistration.of(ClusterEvent.NODE_ADDED));
    }
}
