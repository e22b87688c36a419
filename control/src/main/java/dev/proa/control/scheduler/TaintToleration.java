package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Taint;
import dev.proa.api.core.v1.Toleration;
import dev.proa.control.shared.Tolerations;
import java.util.List;

/** Taints keep pods off that do not tolerate them; those that only prefer to count against the node. */
final class TaintToleration implements Plugin.Filter, Plugin.Score {
    private static final Verdict UNTOLERATED = Verdict.unfit("node(s) had untolerated taint(s)");

    @Override
    public String name() {
        return "TaintToleration";
    }

    @Override
    public Verdict filter(PodInfo pod, NodeInfo node) {
        return isTolerated(pod.pod(), node.node()) ? Verdict.FITS : UNTOLERATED;
    }

    @Override
    public boolean mayHelp(PodInfo pod, ClusterEvent event) {
        return switch (event) {
            case ClusterEvent.NodeAdded(Node node) -> isTolerated(pod.pod(), node);
            case ClusterEvent.NodeUpdated(Node before, Node after) ->
                !isTolerated(pod.pod(), before) && isTolerated(pod.pod(), after);
            case ClusterEvent.WaitingPodUpdated(Pod before, Pod after) ->
                before.spec().tolerations().size() != after.spec().tolerations().size();
            default -> false;
        };
    }

    @Override
    public int weight() {
        return 3;
    }

    @Override
    public long[] score(PodInfo pod, List<NodeInfo> nodes, List<NodeInfo> all) {
        long[] counts = new long[nodes.size()];
        for (int i = 0; i < counts.length; i++) {
            for (Taint taint : nodes.get(i).node().spec().taints()) {
                if (taint.effect().equals("PreferNoSchedule") && !tolerates(pod.pod(), taint)) {
                    counts[i]++;
                }
            }
        }
        return Scores.normalized(counts, true);
    }

    private static boolean isTolerated(Pod pod, Node node) {
        for (Taint taint : node.spec().taints()) {
            boolean hard = taint.effect().equals("NoSchedule") || taint.effect().equals("NoExecute");
            if (hard && !tolerates(pod, taint)) {
                return false;
            }
        }
        return true;
    }

    /** Whether one of the pod's tolerations covers the taint. */
    static boolean tolerates(Pod pod, Taint taint) {
        for (Toleration toleration : pod.spec().tolerations()) {
            if (Tolerations.covers(toleration, taint)) {
                return true;
            }
        }
        return false;
    }
}
