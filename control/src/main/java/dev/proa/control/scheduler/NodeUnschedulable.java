package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Taint;

/** {@code kubectl cordon}: keeps pods off that do not tolerate the taint that goes with it. */
final class NodeUnschedulable implements Plugin.Filter {
    private static final Verdict UNSCHEDULABLE = Verdict.unfit("node(s) were unschedulable");
    private static final Taint TAINT =
            Taint.EMPTY.withKey("node.kubernetes.io/unschedulable").withEffect("NoSchedule");

    @Override
    public String name() {
        return "NodeUnschedulable";
    }

    @Override
    public Verdict filter(PodInfo pod, NodeInfo node) {
        return isOpen(node.node()) || TaintToleration.tolerates(pod.pod(), TAINT) ? Verdict.FITS : UNSCHEDULABLE;
    }

    @Override
    public boolean mayHelp(PodInfo pod, ClusterEvent event) {
        return switch (event) {
            case ClusterEvent.NodeAdded(Node node) -> isOpen(node);
            case ClusterEvent.NodeUpdated(Node before, Node after) -> !isOpen(before) && isOpen(after);
            case ClusterEvent.WaitingPodUpdated(Pod ignored, Pod after) -> TaintToleration.tolerates(after, TAINT);
            default -> false;
        };
    }

    private static boolean isOpen(Node node) {
        return !node.spec().unschedulable();
    }
}
