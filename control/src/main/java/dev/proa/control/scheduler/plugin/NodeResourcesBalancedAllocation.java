package dev.proa.control.scheduler.plugin;

import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PodRequests;
import dev.proa.control.scheduler.framework.Status;
import java.util.List;

/**
 * Prefers nodes on which the pod makes the use of processors and memory more alike. What counts is the improvement: around 75 when
 * nothing changes, towards 100 when the balance gets better, towards 50 when it gets worse.
 */
public final class NodeResourcesBalancedAllocation implements Plugin.PreScore, Plugin.Score {
    @Override
    public String name() {
        return "NodeResourcesBalancedAllocation";
    }

    /** Pods that request neither are skipped, or they would all go to one node. */
    @Override
    public Status preScore(CycleState state, PodInfo pod, List<NodeInfo> nodes) {
        return pod.requests().milliCpu() == 0 && pod.requests().memory() == 0 ? Status.SKIP : Status.SUCCESS;
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        PodRequests requests = pod.requests();
        long with = balance(node, requests.milliCpu(), requests.memory());
        long without = balance(node, 0, 0);
        return MAX_SCORE / 2 + (MAX_SCORE / 2 + with - without) / 2;
    }

    /** 100 less half of the difference of both shares, in percent; 100 for a node that has only one of the two resources. */
    private static long balance(NodeInfo node, long milliCpu, long memory) {
        if (node.allocatableCpu() == 0 || node.allocatableMemory() == 0) {
            return MAX_SCORE;
        }
        double cpu = share(node.requested().milliCpu() + milliCpu, node.allocatableCpu());
        double bytes = share(node.requested().memory() + memory, node.allocatableMemory());
        return (long) ((1 - Math.abs((cpu - bytes) / 2)) * MAX_SCORE);
    }

    private static double share(long requested, long allocatable) {
        return Math.min(1, (double) requested / allocatable);
    }
}
