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
    public Verdict filter(PodInfo pod, NodeInfo node) {
        PodRequests requests = pod.requests();
        boolean fits = node.podCount() + 1 <= node.allocatablePods()
                && (requests.milliCpu() == 0 || requests.milliCpu() <= node.freeCpu())
                && (requests.memory() == 0 || requests.memory() <= node.freeMemory());
        return fits && requests.others().isEmpty() ? Verdict.FITS : explain(requests, node);
    }

    private static Verdict explain(PodRequests requests, NodeInfo node) {
        List<String> reasons = new ArrayList<>();
        boolean resolvable = true;
        if (node.podCount() + 1 > node.allocatablePods()) {
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
            case ClusterEvent.NodeAdded(Node node) -> fitsEmpty(pod, new NodeInfo(node));
            case ClusterEvent.NodeUpdated(Node before, Node after) -> {
                NodeInfo grown = new NodeInfo(after);
                yield fitsEmpty(pod, grown) && hasGrown(pod.requests(), new NodeInfo(before), grown);
            }
            case ClusterEvent.PodGone gone -> true;
            case ClusterEvent.PlacedPodUpdated(PodRequests before, PodRequests after) ->
                frees(pod.requests(), before, after);
            case ClusterEvent.WaitingPodUpdated(Pod before, Pod after) ->
                PodRequests.of(after).asksLessThan(PodRequests.of(before));
        };
    }

    private boolean fitsEmpty(PodInfo pod, NodeInfo node) {
        return filter(pod, node) instanceof Verdict.Fits;
    }

    private static boolean hasGrown(PodRequests wanted, NodeInfo before, NodeInfo after) {
        return after.allocatablePods() > before.allocatablePods()
                || wanted.milliCpu() > 0 && after.allocatableCpu() > before.allocatableCpu()
                || wanted.memory() > 0 && after.allocatableMemory() > before.allocatableMemory()
                || wanted.others().entrySet().stream()
                        .anyMatch(other -> other.getValue() > 0
                                && after.allocatable(other.getKey()) > before.allocatable(other.getKey()));
    }

    private static boolean frees(PodRequests wanted, PodRequests before, PodRequests after) {
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
    public long[] score(PodInfo pod, List<NodeInfo> nodes, List<NodeInfo> all) {
        long[] scores = new long[nodes.size()];
        for (int i = 0; i < scores.length; i++) {
            NodeInfo node = nodes.get(i);
            long sum = 0;
            int counted = 0;
            if (node.allocatableCpu() > 0) {
                sum += free(node.scoringCpu() + pod.requests().scoringCpu(), node.allocatableCpu());
                counted++;
            }
            if (node.allocatableMemory() > 0) {
                sum += free(node.scoringMemory() + pod.requests().scoringMemory(), node.allocatableMemory());
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
