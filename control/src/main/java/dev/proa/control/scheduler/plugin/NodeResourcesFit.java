package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.view.KubeObject;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.Code;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PodRequests;
import dev.proa.control.scheduler.framework.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps pods off nodes without room for their requests, and prefers nodes by a {@link ScoringStrategy}. */
public final class NodeResourcesFit implements Plugin.Filter, Plugin.Score, Plugin.EnqueueExtensions {
    private static final String NAME = "NodeResourcesFit";

    private final NodeResourcesFitArgs args;

    public NodeResourcesFit() {
        this(NodeResourcesFitArgs.DEFAULT);
    }

    public NodeResourcesFit(NodeResourcesFitArgs args) {
        this.args = args;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return filter(pod.requests(), node);
    }

    private Status filter(PodRequests requests, NodeInfo node) {
        boolean fits = node.pods().size() + 1 <= node.allocatablePods()
                && (requests.milliCpu() == 0 || requests.milliCpu() <= node.freeCpu())
                && (requests.memory() == 0 || requests.memory() <= node.freeMemory());
        return fits && requests.others().isEmpty() ? Status.SUCCESS : explain(requests, node);
    }

    private Status explain(PodRequests requests, NodeInfo node) {
        List<String> reasons = new ArrayList<>();
        boolean resolvable = true;
        if (node.pods().size() + 1 > node.allocatablePods()) {
            reasons.add("Too many pods");
        }
        if (requests.milliCpu() > 0 && requests.milliCpu() > node.freeCpu()) {
            reasons.add("Insufficient cpu");
            resolvable = requests.milliCpu() <= node.allocatableCpu();
        }
        if (requests.memory() > 0 && requests.memory() > node.freeMemory()) {
            reasons.add("Insufficient memory");
            resolvable &= requests.memory() <= node.allocatableMemory();
        }
        for (var other : requests.others().entrySet()) {
            if (other.getValue() > 0 && other.getValue() > node.free(other.getKey()) && !args.ignores(other.getKey())) {
                reasons.add("Insufficient " + other.getKey());
                resolvable &= other.getValue() <= node.allocatable(other.getKey());
            }
        }
        Code code = resolvable ? Code.UNSCHEDULABLE : Code.UNSCHEDULABLE_AND_UNRESOLVABLE;
        return reasons.isEmpty() ? Status.SUCCESS : new Status(code, reasons, NAME, null);
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return List.of(
                EventRegistration.of(ClusterEvent.ASSIGNED_POD_DELETED),
                new EventRegistration(
                        ClusterEvent.of(ClusterEvent.POD, Action.UPDATE_POD_SCALE_DOWN),
                        NodeResourcesFit::isFreedByScaleDown),
                new EventRegistration(
                        ClusterEvent.of(ClusterEvent.NODE, Action.ADD, Action.UPDATE_NODE_ALLOCATABLE),
                        this::hasRoomNow));
    }

    private static boolean isFreedByScaleDown(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        if (!(before instanceof Pod old && after instanceof Pod now)) {
            return false;
        }
        if (now.uid().equals(pod.uid())) {
            return true;
        }
        return !now.spec().nodeName().isEmpty()
                && frees(pod.requests(), PodRequests.placed(old), PodRequests.placed(now));
    }

    private static boolean frees(PodRequests wanted, PodRequests before, PodRequests after) {
        return wanted.milliCpu() > 0 && before.milliCpu() > after.milliCpu()
                || wanted.memory() > 0 && before.memory() > after.memory()
                || wanted.others().entrySet().stream()
                        .anyMatch(other -> other.getValue() > 0
                                && before.others().getOrDefault(other.getKey(), 0L)
                                        > after.others().getOrDefault(other.getKey(), 0L));
    }

    /** Whether the node, if it were empty, has room for the pod, and has got more of something that the pod asks for. */
    private boolean hasRoomNow(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        if (!(after instanceof Node node)) {
            return false;
        }
        NodeInfo empty = NodeInfo.of(node);
        return filter(pod.requests(), empty).isSuccess()
                && (!(before instanceof Node old) || hasGrown(pod.requests(), NodeInfo.of(old), empty));
    }

    private static boolean hasGrown(PodRequests wanted, NodeInfo before, NodeInfo after) {
        return after.allocatablePods() > before.allocatablePods()
                || wanted.milliCpu() > 0 && after.allocatableCpu() > before.allocatableCpu()
                || wanted.memory() > 0 && after.allocatableMemory() > before.allocatableMemory()
                || wanted.others().entrySet().stream()
                        .anyMatch(other -> other.getValue() > 0
                                && after.allocatable(other.getKey()) > before.allocatable(other.getKey()));
    }

    /** As in kube-scheduler, what the pod asks for as a whole does not count here. */
    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        return args.scoringStrategy().score(pod.requests(), node);
    }
}
