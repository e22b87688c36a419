package dev.proa.control.scheduler;

import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.ExtenderException;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PreFilterResult;
import dev.proa.control.scheduler.framework.Snapshot;
import dev.proa.control.scheduler.framework.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the best node of a snapshot for a pod. For one thread. */
final class Placement {
    private static final Logger LOG = LoggerFactory.getLogger(Placement.class);

    /** With fewer nodes, all are filtered; with more, a share ({@link #enough}). */
    private static final int ALWAYS_LOOKED_AT = 100;

    private static final int LEAST_PERCENTAGE = 5;

    private final RandomGenerator random;
    /** What is needed for one pod after the other is not allocated for each, since it grows with the number of nodes. */
    private final Rejections rejections = new Rejections();

    private final List<NodeInfo> fitting = new ArrayList<>();
    private long[] totals = new long[0];
    private final Extenders extenders;
    private final ExtensionPointTimer timer;
    private final int percentageOfNodesToScore;
    private int start;

    /**
     * @param random decides between nodes that are equally good
     * @param percentageOfNodesToScore where a profile does not say so; 0 for a number that depends on the size of the cluster
     */
    Placement(RandomGenerator random, Extenders extenders, ExtensionPointTimer timer, int percentageOfNodesToScore) {
        this.random = random;
        this.timer = timer;
        this.extenders = extenders;
        this.percentageOfNodesToScore = percentageOfNodesToScore;
    }

    /** The result of a search. */
    sealed interface Outcome {
        record Node(String name) implements Outcome {}

        /** There are no nodes at all. */
        record NoNodes() implements Outcome {}

        /** The pod fits on none. */
        record Unfit(Diagnosis diagnosis) implements Outcome {}

        /** A plugin failed. */
        record Failed(Status status) implements Outcome {}
    }

    Outcome place(Framework framework, CycleState state, PodInfo pod) {
        if (state.snapshot().size() == 0) {
            return new Outcome.NoNodes();
        }
        try {
            return new Search(framework, state, pod).run();
        } finally {
            fitting.clear();
            rejections.clear();
        }
    }

    /**
     * How many feasible nodes are enough: in large clusters the best of some is good enough.
     *
     * @param configured of all nodes; 0 for what is usual
     */
    static int enough(int nodes, int configured) {
        if (nodes < ALWAYS_LOOKED_AT) {
            return nodes;
        }
        int percentage = configured > 0 ? configured : Math.max(LEAST_PERCENTAGE, 50 - nodes / 125);
        return Math.max(ALWAYS_LOOKED_AT, (int) ((long) nodes * percentage / 100));
    }

    /** One search, which remembers why nodes did not fit. */
    private final class Search {
        private final Framework framework;
        private final CycleState state;
        private final PodInfo pod;
        private final Snapshot snapshot;
        private final Diagnosis diagnosis;
        private @Nullable Status failure;

        Search(Framework framework, CycleState state, PodInfo pod) {
            this.framework = framework;
            this.state = state;
            this.pod = pod;
            this.snapshot = state.snapshot();
            this.diagnosis = new Diagnosis(snapshot.size());
        }

        Outcome run() {
            Framework.PreFiltered preFiltered = timer.time(
                    framework,
                    "PreFilter",
                    () -> framework.preFilter(state, pod),
                    found -> found.result().status());
            PreFilterResult result = preFiltered.result();
            if (!result.status().isSuccess()) {
                if (!result.status().isRejected()) {
                    return new Outcome.Failed(result.status());
                }
                diagnosis.setPreFilter(result.status());
                diagnosis.addPlugins(preFiltered.plugins());
                return new Outcome.Unfit(diagnosis);
            }
            List<NodeInfo> found;
            try {
                found = fitting(result.nodes(), preFiltered.plugins());
            } catch (ExtenderException e) {
                return new Outcome.Failed(Status.error(e));
            }
            if (failure != null) {
                return new Outcome.Failed(failure);
            }
            if (found.isEmpty()) {
                rejections.tell(diagnosis);
                return new Outcome.Unfit(diagnosis);
            }
            return best(found);
        }

        private List<NodeInfo> fitting(@Nullable Set<String> names, Set<String> plugins) {
            NodeInfo nominated = nominated();
            if (nominated != null) {
                return List.of(nominated);
            }
            if (names == null) {
                return filter(snapshot.nodes());
            }
            diagnosis.addNamingPlugins(plugins);
            List<NodeInfo> among = new ArrayList<>();
            for (String name : new TreeSet<>(names)) {
                NodeInfo node = snapshot.get(name);
                if (node != null) { // plugins may name nodes that do not exist
                    among.add(node);
                }
            }
            return filter(among);
        }

        /** The node on which room was made for the pod, if it fits there now: it is tried before all others. */
        private @Nullable NodeInfo nominated() {
            String name = pod.pod().status().nominatedNodeName();
            NodeInfo node = name.isEmpty() ? null : snapshot.get(name);
            if (node == null) {
                return null;
            }
            Status status = framework.filterWithNominatedPods(state, pod, node);
            if (status.isError()) {
                LOG.error(
                        "The node {} nominated for pod {} could not be tried: {}", name, pod.name(), status.message());
            }
            boolean fits = status.isSuccess()
                    && !extenders.filter(pod, List.of(node), new Diagnosis(1)).isEmpty();
            return fits ? node : null;
        }

        /** Each search begins where the last one ended, so that all nodes get their turn. */
        private List<NodeInfo> filter(List<NodeInfo> among) {
            timer.time(framework, "Filter", () -> {
                addFitting(among);
                return failure == null ? Status.SUCCESS : failure;
            });
            return failure == null ? extenders.filter(pod, fitting, diagnosis) : fitting;
        }

        private void addFitting(List<NodeInfo> among) {
            int enough = enough(among.size());
            int looked = 0;
            while (looked < among.size() && fitting.size() < enough && failure == null) {
                NodeInfo node = among.get((start + looked++) % among.size());
                Status status = framework.filterWithNominatedPods(state, pod, node);
                if (status.isSuccess()) {
                    fitting.add(node);
                } else if (status.isRejected()) {
                    rejections.add(node.name(), status);
                } else {
                    failure = status;
                }
            }
            start = (start + looked) % snapshot.size();
        }

        private int enough(int nodes) {
            if (!framework.hasScores() && !extenders.filters() && !extenders.prioritizes()) {
                return 1;
            }
            Integer ofProfile = framework.percentageOfNodesToScore();
            return Placement.enough(nodes, ofProfile == null ? percentageOfNodesToScore : ofProfile);
        }

        private Outcome best(List<NodeInfo> found) {
            if (found.size() == 1) {
                return new Outcome.Node(found.getFirst().name());
            }
            if (totals.length == found.size()) {
                Arrays.fill(totals, 0);
            } else {
                totals = new long[found.size()];
            }
            Status status = timer.time(framework, "PreScore", () -> framework.preScore(state, pod, found));
            if (status.isSuccess()) {
                status = timer.time(framework, "Score", () -> framework.score(state, pod, found, totals));
            }
            if (status.isSuccess()) {
                extenders.prioritize(pod, found, totals);
            }
            return status.isSuccess()
                    ? new Outcome.Node(found.get(highest(totals)).name())
                    : new Outcome.Failed(status);
        }
    }

    private int highest(long[] totals) {
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
        return best;
    }
}
