package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Taint;
import dev.proa.api.core.v1.Toleration;
import dev.proa.api.view.KubeObject;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Scores;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.shared.Tolerations;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps pods off nodes with taints that they do not tolerate; taints of {@code PreferNoSchedule} lower a node's score. */
public final class TaintToleration implements Plugin.Filter, Plugin.Score, Plugin.EnqueueExtensions {
    private static final String NAME = "TaintToleration";
    private static final Status UNTOLERATED =
            Status.unresolvable("node(s) had untolerated taint(s)").by(NAME);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return isTolerated(pod.pod(), node.taints()) ? Status.SUCCESS : UNTOLERATED;
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return List.of(
                new EventRegistration(
                        ClusterEvent.of(ClusterEvent.NODE, Action.ADD, Action.UPDATE_NODE_TAINT),
                        (pod, before, after) -> hasBecomeTolerable(pod.pod(), before, after)),
                new EventRegistration(
                        ClusterEvent.of(ClusterEvent.UNSCHEDULED_POD, Action.UPDATE_POD_TOLERATION),
                        (pod, before, after) -> after != null && after.uid().equals(pod.uid())));
    }

    private static boolean hasBecomeTolerable(Pod pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        return after instanceof Node node
                && isTolerated(pod, node.spec().taints())
                && !(before instanceof Node old && isTolerated(pod, old.spec().taints()));
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        int count = 0;
        for (Taint taint : node.taints()) {
            if (taint.effect().equals("PreferNoSchedule") && !tolerates(pod.pod(), taint)) {
                count++;
            }
        }
        return count;
    }

    @Override
    public void normalizeScores(CycleState state, PodInfo pod, List<NodeInfo> nodes, long[] scores) {
        Scores.normalize(scores, true);
    }

    /** Whether the pod tolerates all taints that keep pods off a node. */
    static boolean isTolerated(Pod pod, List<Taint> taints) {
        for (Taint taint : taints) {
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
