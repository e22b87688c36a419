package dev.proa.control.scheduler;

import dev.proa.control.scheduler.Plugin.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Finds the best node for a pod: a function of the pod, the nodes and the plugins. */
final class Placement {
    private final List<Plugin.Filter> filters;
    private final List<Plugin.Score> scores;
    private final RandomGenerator random;

    /** @param random decides between nodes that are equally good */
    Placement(List<Plugin.Filter> filters, List<Plugin.Score> scores, RandomGenerator random) {
        this.filters = filters;
        this.scores = scores;
        this.random = random;
    }

    /** What came out. */
    sealed interface Outcome {
        record Node(String name) implements Outcome {}

        /** @param message as Kubernetes words it in the FailedScheduling event */
        record Nowhere(String message) implements Outcome {}
    }

    Outcome place(PodInfo pod, List<NodeState> nodes) {
        if (nodes.isEmpty()) {
            return new Outcome.Nowhere("no nodes available to schedule pods");
        }
        List<NodeState> fitting = new ArrayList<>();
        Map<String, Integer> reasons = new TreeMap<>();
        int resolvable = 0;
        for (NodeState node : nodes) {
            Verdict verdict = filter(pod, node);
            if (verdict instanceof Verdict.Unfit unfit) {
                unfit.reasons().forEach(reason -> reasons.merge(reason, 1, Integer::sum));
                resolvable += unfit.resolvable() ? 1 : 0;
            } else {
                fitting.add(node);
            }
        }
        return fitting.isEmpty()
                ? new Outcome.Nowhere(explain(nodes.size(), reasons, resolvable))
                : new Outcome.Node(best(pod, fitting).name());
    }

    private Verdict filter(PodInfo pod, NodeState node) {
        for (Plugin.Filter filter : filters) {
            Verdict verdict = filter.filter(pod, node);
            if (verdict instanceof Verdict.Unfit) {
                return verdict;
            }
        }
        return Verdict.FITS;
    }

    private NodeState best(PodInfo pod, List<NodeState> fitting) {
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        long[] totals = new long[fitting.size()];
        for (Plugin.Score plugin : scores) {
            long[] of = plugin.score(pod, fitting);
            for (int i = 0; i < totals.length; i++) {
                totals[i] += of[i] * plugin.weight();
            }
        }
        int best = 0;
        int equals = 1;
        for (int i = 1; i < totals.length; i++) {
            if (totals[i] > totals[best]) {
                best = i;
                equals = 1;
            } else if (totals[i] == totals[best] && random.nextInt(++equals) == 0) {
                best = i;
            }
        }
        return fitting.get(best);
    }

    private static String explain(int nodes, Map<String, Integer> reasons, int resolvable) {
        List<String> counted = new ArrayList<>();
        reasons.forEach((reason, count) -> counted.add(count + " " + reason));
        counted.sort(null);
        List<String> preemption = new ArrayList<>();
        if (resolvable > 0) {
            preemption.add(resolvable + " No preemption victims found for incoming pod");
        }
        if (nodes > resolvable) {
            preemption.add((nodes - resolvable) + " Preemption is not helpful for scheduling");
        }
        preemption.sort(null);
        String none = "0/" + nodes + " nodes are available: ";
        return none + String.join(", ", counted) + ". no new claims to deallocate, preemption: " + none
                + String.join(", ", preemption) + ".";
    }
}
