package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Namespace;
import dev.proa.api.value.MapValue;
import dev.proa.client.informer.Informer;
import dev.proa.control.scheduler.framework.AffinityTerm;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PreFilterResult;
import dev.proa.control.scheduler.framework.Snapshot;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.topology.ExistingTerms;
import dev.proa.control.scheduler.topology.ExistingTerms.Kind;
import dev.proa.control.scheduler.topology.MatchingPods;
import dev.proa.control.scheduler.topology.TopologyCounters;
import dev.proa.control.scheduler.topology.TopologyCounts;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps pods near others or away from them: by their own terms of inter-pod affinity and anti-affinity, and by the anti-affinity of
 * the pods that are there. Preferred terms of both sides, and the required affinity of the pods that are there, raise or lower scores.
 */
public final class InterPodAffinity
        implements Plugin.PreFilter,
                Plugin.PreFilterExtensions,
                Plugin.Filter,
                Plugin.PreScore,
                Plugin.Score,
                Plugin.EnqueueExtensions {
    static final String NAME = "InterPodAffinity";

    private static final Status NO_AFFINITY =
            Status.unresolvable("node(s) didn't match pod affinity rules").by(NAME);
    private static final Status ANTI_AFFINITY =
            Status.unschedulable("node(s) didn't match pod anti-affinity rules").by(NAME);
    private static final Status ANTI_AFFINITY_OF_OTHERS = Status.unschedulable(
                    "node(s) didn't satisfy existing pods anti-affinity rules")
            .by(NAME);

    private static final CycleState.Key<AffinityState> STATE = CycleState.Key.of(AffinityState.class);
    private static final CycleState.Key<Weights> WEIGHTS = CycleState.Key.of(Weights.class);

    private final Informer<Namespace> namespaces;
    private final Args args;
    private final ExistingTerms existing = new ExistingTerms();
    private final TopologyCounters counters = new TopologyCounters();

    /**
     * {@code InterPodAffinityArgs} of {@code KubeSchedulerConfiguration}.
     *
     * @param hardPodAffinityWeight how much a required term of affinity of a pod that is there counts in scores, 0 to 100
     * @param ignorePreferredTermsOfExistingPods whether pods without preferred terms of their own are not scored
     */
    public record Args(int hardPodAffinityWeight, boolean ignorePreferredTermsOfExistingPods) {
        public static final Args DEFAULT = new Args(1, false);
    }

    /**
     * For scores: what a pod gets in each domain.
     *
     * @param weight for each pod that is counted
     */
    private record Weighted(String topologyKey, TopologyCounts counts, long weight) {}

    private record Weights(Weighted[] all) implements CycleState.Data {
        @Override
        public CycleState.Data copy() {
            return this;
        }
    }

    public InterPodAffinity(Handle handle) {
        this(handle, Args.DEFAULT);
    }

    public InterPodAffinity(Handle handle, Args args) {
        this.namespaces = handle.informer(Namespace.KIND);
        this.args = args;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return new InterPodAffinityHints(namespaces).registrations();
    }

    /** Skips pods without required terms that no pod's anti-affinity keeps off any node. */
    @Override
    public PreFilterResult preFilter(CycleState state, PodInfo pod) {
        Snapshot snapshot = state.snapshot();
        existing.update(snapshot);
        MapValue labels = labels(pod.pod().namespace());
        List<ExistingTerms.Match> against = existing.matching(Kind.REQUIRED_ANTI_AFFINITY, pod, labels);
        PodInfo.Terms terms = pod.affinity();
        if (against.isEmpty()
                && terms.requiredAffinity().isEmpty()
                && terms.requiredAntiAffinity().isEmpty()) {
            return PreFilterResult.SKIP;
        }
        List<AffinityTerm> affinity = resolved(terms.requiredAffinity());
        List<AffinityTerm> antiAffinity = resolved(terms.requiredAntiAffinity());
        state.write(
                STATE,
                new AffinityState(
                        pod,
                        labels,
                        affinity,
                        affinity.stream()
                                .map(term -> counters.counts(new MatchingPods(affinity, term.topologyKey()), snapshot))
                                .toList(),
                        antiAffinity,
                        antiAffinity.stream().map(term -> count(term, snapshot)).toList(),
                        against));
        return PreFilterResult.ALL_NODES;
    }

    private TopologyCounts count(AffinityTerm term, Snapshot snapshot) {
        return counters.counts(new MatchingPods(List.of(term), term.topologyKey()), snapshot);
    }

    private List<AffinityTerm> resolved(List<AffinityTerm> terms) {
        return terms.stream().map(term -> term.resolved(namespaces.list())).toList();
    }

    private MapValue labels(String name) {
        Namespace namespace = namespaces.get("", name);
        return namespace == null
                ? MapValue.EMPTY
                : namespace.value().map("metadata").map("labels");
    }

    @Override
    public Plugin.PreFilterExtensions preFilterExtensions() {
        return this;
    }

    @Override
    public Status addPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node) {
        return change(state, added, node, 1);
    }

    @Override
    public Status removePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) {
        return change(state, removed, node, -1);
    }

    private static Status change(CycleState state, PodInfo other, NodeInfo node, int pods) {
        AffinityState known = state.read(STATE);
        if (known != null) {
            known.add(other, node, pods);
        }
        return Status.SUCCESS;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        AffinityState known = state.read(STATE);
        if (known == null) {
            return Status.SUCCESS;
        }
        if (!known.hasAffinityTo(node)) {
            return NO_AFFINITY;
        }
        if (known.hasAntiAffinityTo(node)) {
            return ANTI_AFFINITY;
        }
        return known.isKeptOff(node) ? ANTI_AFFINITY_OF_OTHERS : Status.SUCCESS;
    }

    /** Skips pods that get the same everywhere. */
    @Override
    public Status preScore(CycleState state, PodInfo pod, List<NodeInfo> nodes) {
        PodInfo.Terms terms = pod.affinity();
        boolean prefers = !terms.preferredAffinity().isEmpty()
                || !terms.preferredAntiAffinity().isEmpty();
        if (args.ignorePreferredTermsOfExistingPods && !prefers) {
            return Status.SKIP;
        }
        Snapshot snapshot = state.snapshot();
        existing.update(snapshot);
        List<Weighted> all = new ArrayList<>();
        addOwn(terms.preferredAffinity(), 1, snapshot, all);
        addOwn(terms.preferredAntiAffinity(), -1, snapshot, all);
        MapValue labels = labels(pod.pod().namespace());
        if (args.hardPodAffinityWeight > 0) {
            for (ExistingTerms.Match match : existing.matching(Kind.REQUIRED_AFFINITY, pod, labels)) {
                all.add(new Weighted(match.term().topologyKey(), match.counts(), args.hardPodAffinityWeight));
            }
        }
        addExisting(Kind.PREFERRED_AFFINITY, 1, pod, labels, all);
        addExisting(Kind.PREFERRED_ANTI_AFFINITY, -1, pod, labels, all);
        if (all.isEmpty()) {
            return Status.SKIP;
        }
        state.write(WEIGHTS, new Weights(all.toArray(new Weighted[0])));
        return Status.SUCCESS;
    }

    private void addOwn(List<AffinityTerm> terms, int sign, Snapshot snapshot, List<Weighted> all) {
        for (AffinityTerm term : resolved(terms)) {
            TopologyCounts counts = count(term, snapshot);
            if (counts.total() > 0) {
                all.add(new Weighted(term.topologyKey(), counts, (long) sign * term.weight()));
            }
        }
    }

    private void addExisting(Kind kind, int sign, PodInfo pod, MapValue labels, List<Weighted> all) {
        for (ExistingTerms.Match match : existing.matching(kind, pod, labels)) {
            all.add(new Weighted(
                    match.term().topologyKey(),
                    match.counts(),
                    (long) sign * match.term().weight()));
        }
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        Weights weights = state.read(WEIGHTS);
        if (weights == null) {
            return 0;
        }
        long score = 0;
        for (Weighted weighted : weights.all) {
            String value = node.label(weighted.topologyKey);
            if (value != null) {
                score += weighted.weight * weighted.counts.pods(value);
            }
        }
        return score;
    }

    /** The lowest score becomes 0, the highest 100. */
    @Override
    public void normalizeScores(CycleState state, PodInfo pod, List<NodeInfo> nodes, long[] scores) {
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        for (long score : scores) {
            least = Math.min(least, score);
            most = Math.max(most, score);
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] = most == least ? 0 : (long) (MAX_SCORE * ((double) (scores[i] - least) / (most - least)));
        }
    }
}
