package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Taint;
import dev.proa.api.view.KubeObject;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Status;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps pods off cordoned nodes ({@code spec.unschedulable}), unless they tolerate the taint that goes with it. */
public final class NodeUnschedulable implements Plugin.Filter, Plugin.EnqueueExtensions {
    private static final String NAME = "NodeUnschedulable";
    private static final Status UNSCHEDULABLE =
            Status.unresolvable("node(s) were unschedulable").by(NAME);
    private static final Taint TAINT =
            Taint.EMPTY.withKey("node.kubernetes.io/unschedulable").withEffect("NoSchedule");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return !node.isUnschedulable() || TaintToleration.tolerates(pod.pod(), TAINT) ? Status.SUCCESS : UNSCHEDULABLE;
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return List.of(
                new EventRegistration(
                        ClusterEvent.of(ClusterEvent.NODE, Action.ADD, Action.UPDATE_NODE_TAINT),
                        (pod, before, after) -> hasOpened(before, after)),
                new EventRegistration(
                        ClusterEvent.of(ClusterEvent.UNSCHEDULED_POD, Action.UPDATE_POD_TOLERATION),
                        (pod, before, after) -> after instanceof Pod changed
                                && changed.uid().equals(pod.uid())
                                && TaintToleration.tolerates(changed, TAINT)));
    }

    private static boolean hasOpened(@Nullable KubeObject before, @Nullable KubeObject after) {
        return after instanceof Node node && isOpen(node) && !(before instanceof Node old && isOpen(old));
    }

    private static boolean isOpen(Node node) {
        return !node.spec().unschedulable();
    }
}
