package dev.proa.control.scheduler;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prefers nodes on which the pod makes the use of processors and memory more alike. What counts is the improvement: around 75 when
 * nothing changes, towards 100 when the balance gets better, towards 50 when it gets worse.
 */
final class BalancedAllocation implements Plugin.Score {
    @Override
    public String name() {
        return "NodeResourcesBalancedAllocation";
    }

    @Override
    public int weight() {
        return 1;
    }

    /** Pods that request neither are none of its business, or they would all go to one node. */
    @Override
    public long @Nullable [] score(PodInfo pod, List<NodeInfo> nodes, List<NodeInfo> all) {
        PodRequests requests = pod.requests();
        if (requests.milliCpu() == 0 && requests.memory() == 0) {
            return null;
        }
        long[] scores = new long[nodes.size()];
        for (int i = 0; i < scores.length; i++) {
            NodeInfo node = nodes.get(i);
            long with = balance(node, requests.milliCpu(), requests.memory());
            long without = balance(node, 0, 0);
            scores[i] = Scores.MOST / 2 + (Scores.MOST / 2 + with - without) / 2;
        }
        return scores;
    }

    /** 100 less half of the difference of both shares, in percent; 100 for a node that has only one of the two resources. */
    private static long balance(NodeInfo node, long milliCpu, long memory) {
        if (node.allocatableCpu() == 0 || node.allocatableMemory() == 0) {
            return Scores.MOST;
        }
        double cpu = share(node.allocatableCpu() - node.freeCpu() + milliCpu, node.allocatableCpu());
        double bytes = share(node.allocatableMemory() - node.freeMemory() + memory, node.allocatableMemory());
        return (long) ((1 - Math.abs((cpu - bytes) / 2)) * Scores.MOST);
    }

    private static double share(long requested, long allocatable) {
        return Math.min(1, (double) requested / allocatable);
    }
}
