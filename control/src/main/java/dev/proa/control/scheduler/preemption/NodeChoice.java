package dev.proa.control.scheduler.preemption;

import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Victims;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;

/** Chooses the node whose victims are missed the least. */
public final class NodeChoice {
    private NodeChoice() {}

    /**
     * The best of the candidates: with the fewest violations of PodDisruptionBudgets, the least highest priority of a victim, the least
     * sum of priorities, the fewest victims, whose most important victims started last; the first that differs decides.
     *
     * @param candidates by node; not empty, each with at least one victim
     * @param random decides between equals
     */
    public static String best(Map<String, Victims> candidates, Importance importance, RandomGenerator random) {
        List<ToLongFunction<Victims>> costs = List.of(
                Victims::violations,
                victims -> victims.pods().getFirst().priority(),
                NodeChoice::sumOfPriorities,
                victims -> victims.pods().size(),
                victims -> -importance.earliestStart(victims.pods()).toEpochMilli());
        List<String> left = List.copyOf(candidates.keySet());
        for (ToLongFunction<Victims> cost : costs) {
            left = cheapest(left, candidates, cost);
        }
        return left.size() == 1 ? left.getFirst() : left.get(random.nextInt(left.size()));
    }

    /** Each counts as a positive number, so that many pods of a negative priority are no better than few. */
    private static long sumOfPriorities(Victims victims) {
        long sum = 0;
        for (PodInfo pod : victims.pods()) {
            sum += pod.priority() + (1L << 31);
        }
        return sum;
    }

    private static List<String> cheapest(
            List<String> nodes, Map<String, Victims> candidates, ToLongFunction<Victims> cost) {
        if (nodes.size() == 1) {
            return nodes;
        }
        List<String> cheapest = new ArrayList<>();
        long least = Long.MAX_VALUE;
        for (String node : nodes) {
            Victims victims = candidates.get(node);
            long one = victims == null ? Long.MAX_VALUE : cost.applyAsLong(victims);
            if (one < least) {
                least = one;
                cheapest.clear();
            }
            if (one == least) {
                cheapest.add(node);
            }
        }
        return cheapest;
    }
}
