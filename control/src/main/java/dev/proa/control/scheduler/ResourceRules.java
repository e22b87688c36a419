package dev.proa.control.scheduler;

import dev.proa.control.scheduler.Plugin.Verdict;
import java.util.ArrayList;
import java.util.List;

/** The plugins that look at the resources of nodes. */
final class ResourceRules {
    private ResourceRules() {}

    /** A node must have room for what a pod requests. */
    static final class NodeResourcesFit implements Plugin.Filter {
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
            if (fits && demand.extended().isEmpty()) {
                return Verdict.FITS;
            }
            List<String> reasons = new ArrayList<>();
            if (node.podCount() + 1 > node.allocatablePods()) {
                reasons.add("Too many pods");
            }
            if (demand.milliCpu() > 0 && demand.milliCpu() > node.freeCpu()) {
                reasons.add("Insufficient cpu");
            }
            if (demand.memory() > 0 && demand.memory() > node.freeMemory()) {
                reasons.add("Insufficient memory");
            }
            demand.extended().forEach((resource, amount) -> {
                if (amount > 0 && amount > node.free(resource)) {
                    reasons.add("Insufficient " + resource);
                }
            });
            boolean resolvable =
                    demand.milliCpu() <= node.allocatableCpu() && demand.memory() <= node.allocatableMemory();
            return reasons.isEmpty() ? Verdict.FITS : new Verdict.Unfit(reasons, resolvable);
        }
    }

    /** Prefers nodes of which less is requested. */
    static final class LeastAllocated implements Plugin.Score {
        @Override
        public String name() {
            return "NodeResourcesFit";
        }

        @Override
        public int weight() {
            return 1;
        }

        @Override
        public long[] score(PodInfo pod, List<NodeState> nodes) {
            long[] scores = new long[nodes.size()];
            for (int i = 0; i < scores.length; i++) {
                NodeState node = nodes.get(i);
                long cpu = free(node.scoringCpu() + pod.demand().scoringCpu(), node.allocatableCpu());
                long memory = free(node.scoringMemory() + pod.demand().scoringMemory(), node.allocatableMemory());
                scores[i] = (cpu + memory) / 2;
            }
            return scores;
        }

        private static long free(long requested, long allocatable) {
            return allocatable == 0 || requested > allocatable ? 0 : (allocatable - requested) * 100 / allocatable;
        }
    }

    /** Prefers nodes on which processors and memory are used alike. */
    static final class BalancedAllocation implements Plugin.Score {
        @Override
        public String name() {
            return "NodeResourcesBalancedAllocation";
        }

        @Override
        public int weight() {
            return 1;
        }

        @Override
        public long[] score(PodInfo pod, List<NodeState> nodes) {
            long[] scores = new long[nodes.size()];
            for (int i = 0; i < scores.length; i++) {
                NodeState node = nodes.get(i);
                double cpu = used(node.scoringCpu() + pod.demand().scoringCpu(), node.allocatableCpu());
                double memory = used(node.scoringMemory() + pod.demand().scoringMemory(), node.allocatableMemory());
                scores[i] = Math.round((1 - Math.abs(cpu - memory) / 2) * 100);
            }
            return scores;
        }

        private static double used(long requested, long allocatable) {
            return allocatable == 0 ? 1 : Math.min(1, (double) requested / allocatable);
        }
    }
}
