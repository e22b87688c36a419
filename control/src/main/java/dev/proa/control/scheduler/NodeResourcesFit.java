package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import java.util.ArrayList;
import java.util.List;

/** A node must have room for what a pod requests; the more room, the better ({@code LeastAllocated}). */
final class NodeResourcesFit implements Plugin.Filter, Plugin.Score {
    @Override
    public String name() {
        return "NodeResourcesFit";
    }

    @Override
    public Verdict filter(PodInfo pod, NodeState node) {
        Demand demand = pod.demand();
        boolean fits = node.podCount() + 1 <= node.allocatablePods()
                && (demand.milliCpu() == 0 || demand.milliCpu() <= node.freeCpu())
                && (demand.memory() == 0 || demand.memory() <= node.freeMemory());
        return fits && demand.others().isEmpty() ? Verdict.FITS : explain(demand, node);
    }

    private static Verdict explain(Demand demand, NodeState node) {
        List<String> reasons = new ArrayList<>();
        boolean resolvable = true;
        if (node.podCount() + 1 > node.allocatablePods()) {
            reasons.add("Too many pods");
        }
        if (demand.milliCpu() > 0 && demand.milliCpu() > node.freeCpu()) {
            reasons.add("Insufficient cpu");
            resolvable = demand.milliCpu() <= node.allocatableCpu();
        }
        if (demand.memory() > 0 && demand.memory() > node.freeMemory()) {
            reasons.add("Insufficient memory");
            resolvable &= demand.memory() <= node.allocatableMemory();
        }
        for (var other : demand.others().entrySet()) {
            if (other.getValue() > 0 && other.getValue() > node.free(other.getKey())) {
                reasons.add("Insufficient " + other.getKey());
                resolvable &= other.getValue() <= node.allocatable(other.getKey());
            }
        }
        return reasons.isEmpty() ? Verdict.FITS : new Verdict.Unfit(reasons, resolvable);
    }

    @Override
    public boolean mayHelp(PodInfo pod, ClusterEvent event) {
        return switch (event) {
            case ClusterEvent.NodeAdded(Node node) -> fitsEmpty(pod, new NodeState(node));
            case ClusterEvent.NodeUpdated(Node before, Node after) -> {
                NodeState grown = new NodeState(after);
                yield fitsEmpty(pod, grown) && hasGrown(pod.demand(), new NodeState(before), grown);
            }
            case ClusterEvent.PodGone gone -> true;
            case ClusterEvent.PlacedPodUpdated(Demand before, Demand after) -> frees(pod.demand(), before, after);
            case ClusterEvent.WaitingPodUpdated(Pod before, Pod after) ->
                Demand.of(after).asksLessThan(Demand.of(before));
        };
    }

    private boolean fitsEmpty(PodInfo pod, NodeState node) {
        return filter(pod, node) instanceof Verdict.Fits;
    }

    private static boolean hasGrown(Demand wanted, NodeState before, NodeState after) {
        return after.allocatablePods() > before.allocatablePods()
                || wanted.milliCpu() > 0 && after.allocatableCpu() > before.allocatableCpu()
                || wanted.memory() > 0 && after.allocatableMemory() > before.allocatableMemory()
                || wanted.others().entrySet().stream()
                        .anyMatch(other -> other.getValue() > 0
                                && after.allocatable(other.getKey()) > before.allocatable(other.getKey()));
    }

    private static boolean frees(Demand wanted, Demand before, Demand after) {
        return wanted.milliCpu() > 0 && before.milliCpu() > after.milliCpu()
                || wanted.memory() > 0 && before.memory() > after.memory()
                || wanted.others().entrySet().stream()
                        .anyMatch(other -> other.getValue() > 0
                                && before.others().getOrDefault(other.getKey(), 0L)
                                        > after.others().getOrDefault(other.getKey(), 0L));
    }

    @Override
    public int weight() {
        return 1;
    }

    @Override
    public long[] score(PodInfo pod, List<NodeState> nodes, List<NodeState> all) {
        long[] scores = new long[nodes.size()];
        for (int i = 0; i < scores.length; i++) {
            NodeState node = nodes.get(i);
            long sum = 0;
            int counted = 0;
            if (node.allocatableCpu() > 0) {
                sum += free(node.scoringCpu() + pod.demand().scoringCpu(), node.allocatableCpu());
                counted++;
            }
            if (node.allocatableMemory() > 0) {
                sum += free(node.scoringMemory() + pod.demand().scoringMemory(), node.allocatableMemory());
                counted++;
            }
            scores[i] = counted == 0 ? 0 : sum / counted;
        }
        return scores;
    }

    private static long free(long requested, long allocatable) {
        return requested > allocatable ? 0 : (allocatable - requested) * Scores.MOST / allocatable;
    }
}
