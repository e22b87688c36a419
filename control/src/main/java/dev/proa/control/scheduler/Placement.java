package dev.proa.control.scheduler;

import dev.proa.control.scheduler.Plugin.Candidates;
import dev.proa.control.scheduler.Plugin.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Finds the best node for a pod, from the pod, the nodes and the plugins. For one thread. */
final class Placement {
    /** Up to so many nodes are all looked at; of more, only a share ({@link #enough}). */
    private static final int ALWAYS_LOOKED_AT = 100;

    private static final int LEAST_PERCENTAGE = 5;

    private final Plugins plugins;
    private final RandomGenerator random;
    private int start;

    /** @param random decides between nodes that are equally good */
    Placement(Plugins plugins, RandomGenerator random) {
        this.plugins = plugins;
        this.random = random;
    }

    /** What came out. */
    sealed interface Outcome {
        record Node(String name) implements Outcome {}

        /**
         * @param message as kube-scheduler words it
         * @param rejectors the names of the plugins because of which; none when there was no node at all
         */
        record Nowhere(String message, Set<String> rejectors) implements Outcome {}
    }

    Outcome place(PodInfo pod, List<NodeInfo> nodes) {
        if (nodes.isEmpty()) {
            return new Outcome.Nowhere("no nodes available to schedule pods", Set.of());
        }
        Search search = new Search(pod, nodes);
        List<NodeInfo> fitting = search.run();
        return fitting.isEmpty()
                ? search.nowhere()
                : new Outcome.Node(best(pod, fitting, nodes).name());
    }

    private NodeInfo best(PodInfo pod, List<NodeInfo> fitting, List<NodeInfo> all) {
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        long[] totals = totals(pod, fitting, all);
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

    /** The sum of all scores of each node. */
    long[] totals(PodInfo pod, List<NodeInfo> fitting, List<NodeInfo> all) {
        long[] totals = new long[fitting.size()];
        for (Plugin.Score plugin : plugins.scores()) {
            long[] scores = plugin.score(pod, fitting, all);
            for (int i = 0; scores != null && i < totals.length; i++) {
                totals[i] += scores[i] * plugin.weight();
            }
        }
        return totals;
    }

    /** After how many fitting nodes the search ends: large clusters get by with the best of some. */
    static int enough(int nodes) {
        if (nodes < ALWAYS_LOOKED_AT) {
            return nodes;
        }
        int percentage = Math.max(LEAST_PERCENTAGE, 50 - nodes / 125);
        return Math.max(ALWAYS_LOOKED_AT, nodes * percentage / 100);
    }

    /** One look at the nodes, which remembers why they did not fit. */
    private final class Search {
        private final PodInfo pod;
        private final List<NodeInfo> nodes;
        private final Map<String, Integer> reasons = new HashMap<>();
        private final Set<String> rejectors = new HashSet<>();
        private String conflict = "";
        private int resolvable;

        Search(PodInfo pod, List<NodeInfo> nodes) {
            this.pod = pod;
            this.nodes = nodes;
        }

        List<NodeInfo> run() {
            List<NodeInfo> among = nodes;
            for (Plugin.PreFilter plugin : plugins.preFilter()) {
                switch (plugin.preFilter(pod)) {
                    case Candidates.All all -> {}
                    case Candidates.Only(Set<String> names) -> among = only(among, names, plugin);
                    case Candidates.None(String reason) -> {
                        rejectors.add(plugin.name());
                        conflict = reason;
                        return List.of();
                    }
                }
            }
            return filter(among);
        }

        private List<NodeInfo> only(List<NodeInfo> among, Set<String> names, Plugin plugin) {
            List<NodeInfo> left =
                    among.stream().filter(node -> names.contains(node.name())).toList();
            rejectors.add(plugin.name());
            if (left.size() < among.size()) {
                reasons.merge(
                        "node(s) didn't satisfy plugin(s) [" + plugin.name() + "]",
                        among.size() - left.size(),
                        Integer::sum);
            }
            return left;
        }

        /** Each search begins where the last one ended, so that all nodes get their turn. */
        private List<NodeInfo> filter(List<NodeInfo> among) {
            List<NodeInfo> fitting = new ArrayList<>();
            int enough = enough(among.size());
            int looked = 0;
            while (looked < among.size() && fitting.size() < enough) {
                NodeInfo node = among.get((start + looked++) % among.size());
                if (fits(node)) {
                    fitting.add(node);
                }
            }
            start = (start + looked) % nodes.size();
            return fitting;
        }

        private boolean fits(NodeInfo node) {
            for (Plugin.Filter plugin : plugins.filters()) {
                if (plugin.filter(pod, node) instanceof Verdict.Unfit unfit) {
                    rejectors.add(plugin.name());
                    unfit.reasons().forEach(reason -> reasons.merge(reason, 1, Integer::sum));
                    resolvable += unfit.resolvable() ? 1 : 0;
                    return false;
                }
            }
            return true;
        }

        Outcome.Nowhere nowhere() {
            String none = "0/" + nodes.size() + " nodes are available: ";
            if (!conflict.isEmpty()) { // "not found" is what kube-scheduler's preemption has to say about that
                return new Outcome.Nowhere(none + conflict + ". not found", Set.copyOf(rejectors));
            }
            List<String> counted = new ArrayList<>();
            reasons.forEach((reason, count) -> counted.add(count + " " + reason));
            counted.sort(null);
            return new Outcome.Nowhere(
                    none + String.join(", ", counted) + ". no new claims to deallocate, preemption: "
                            + preemption(none),
                    Set.copyOf(rejectors));
        }

        /** Nothing is preempted yet, so that it is only said where it could help. */
        private String preemption(String none) {
            if (pod.pod().spec().preemptionPolicy().equals("Never")) {
                return "not eligible due to preemptionPolicy=Never.";
            }
            List<String> counted = new ArrayList<>();
            if (resolvable > 0) {
                counted.add(resolvable + " No preemption victims found for incoming pod");
            }
            if (nodes.size() > resolvable) {
                counted.add((nodes.size() - resolvable) + " Preemption is not helpful for scheduling");
            }
            counted.sort(null);
            return none + String.join(", ", counted) + ".";
        }
    }
}
