package dev.proa.control.scheduler.plugin;

import dev.proa.api.value.MapValue;
import dev.proa.control.scheduler.framework.AffinityTerm;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.topology.ExistingTerms;
import dev.proa.control.scheduler.topology.MatchingPods;
import dev.proa.control.scheduler.topology.SimulatedCounts;
import dev.proa.control.scheduler.topology.TopologyCounts;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where a pod may go by inter-pod affinity and anti-affinity, with the changes of other pods that are only simulated. */
final class AffinityState implements CycleState.Data {
    private final PodInfo pod;
    private final MapValue namespaceLabels;
    private final List<AffinityTerm> affinity;
    /** For each term of {@link #affinity}: the pods that all terms mean, by the topology of that one. */
    private final SimulatedCounts[] affinityCounts;

    private final List<AffinityTerm> antiAffinity;
    private final SimulatedCounts[] antiAffinityCounts;
    private final ExistingTerms.Match[] existing;
    /** By topology key and value: how many more terms of anti-affinity of other pods mean the pod than {@link #existing} says. */
    private final Map<String, Map<String, Integer>> simulated;

    private final boolean matchesItself;

    /**
     * @param affinity the pod's required terms, resolved
     * @param antiAffinity likewise
     * @param existing the required terms of anti-affinity of other pods that mean the pod
     */
    AffinityState(
            PodInfo pod,
            MapValue namespaceLabels,
            List<AffinityTerm> affinity,
            List<TopologyCounts> affinityCounts,
            List<AffinityTerm> antiAffinity,
            List<TopologyCounts> antiAffinityCounts,
            List<ExistingTerms.Match> existing) {
        this.pod = pod;
        this.namespaceLabels = namespaceLabels;
        this.affinity = affinity;
        this.affinityCounts = simulated(affinityCounts);
        this.antiAffinity = antiAffinity;
        this.antiAffinityCounts = simulated(antiAffinityCounts);
        this.existing = existing.toArray(new ExistingTerms.Match[0]);
        this.simulated = new HashMap<>(2);
        this.matchesItself = MatchingPods.matchesAll(affinity, pod);
    }

    private AffinityState(AffinityState other) {
        this.pod = other.pod;
        this.namespaceLabels = other.namespaceLabels;
        this.affinity = other.affinity;
        this.affinityCounts = copy(other.affinityCounts);
        this.antiAffinity = other.antiAffinity;
        this.antiAffinityCounts = copy(other.antiAffinityCounts);
        this.existing = other.existing;
        this.simulated = new HashMap<>(other.simulated);
        simulated.replaceAll((key, counts) -> new HashMap<>(counts));
        this.matchesItself = other.matchesItself;
    }

    private static SimulatedCounts[] simulated(List<TopologyCounts> counts) {
        return counts.stream().map(SimulatedCounts::new).toArray(SimulatedCounts[]::new);
    }

    private static SimulatedCounts[] copy(SimulatedCounts[] counts) {
        return Arrays.stream(counts).map(SimulatedCounts::copy).toArray(SimulatedCounts[]::new);
    }

    @Override
    public CycleState.Data copy() {
        return new AffinityState(this);
    }

    /** One pod more, or one less when {@code pods} is -1, on a node. */
    void add(PodInfo other, NodeInfo node, int pods) {
        if (MatchingPods.matchesAll(affinity, other)) {
            for (int i = 0; i < affinity.size(); i++) {
                add(affinity.get(i), affinityCounts[i], node, pods);
            }
        }
        for (int i = 0; i < antiAffinity.size(); i++) {
            if (antiAffinity.get(i).matches(other, MapValue.EMPTY)) {
                add(antiAffinity.get(i), antiAffinityCounts[i], node, pods);
            }
        }
        for (AffinityTerm term : other.affinity().requiredAntiAffinity()) {
            String value = node.label(term.topologyKey());
            if (value != null && term.matches(pod, namespaceLabels)) {
                simulated
                        .computeIfAbsent(term.topologyKey(), absent -> new HashMap<>())
                        .merge(value, pods, Integer::sum);
            }
        }
    }

    private static void add(AffinityTerm term, SimulatedCounts counts, NodeInfo node, int pods) {
        String value = node.label(term.topologyKey());
        if (value != null) {
            counts.add(value, pods);
        }
    }

    /** Whether the pods that the pod wants to be near are near the node, or it is the first of its kind. */
    boolean hasAffinityTo(NodeInfo node) {
        boolean all = true;
        for (int i = 0; i < affinity.size(); i++) {
            String value = node.label(affinity.get(i).topologyKey());
            if (value == null) {
                return false;
            }
            all &= affinityCounts[i].pods(value) > 0;
        }
        return all || isFirst();
    }

    /** Pods that want to be near each other would wait for each other for ever: the first one may go anywhere. */
    private boolean isFirst() {
        if (!matchesItself) {
            return false;
        }
        for (SimulatedCounts counts : affinityCounts) {
            if (counts.total() > 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether pods that the pod wants to be away from are near the node. */
    boolean hasAntiAffinityTo(NodeInfo node) {
        for (int i = 0; i < antiAffinity.size(); i++) {
            String value = node.label(antiAffinity.get(i).topologyKey());
            if (value != null && antiAffinityCounts[i].pods(value) > 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether pods that want to be away from the pod are near the node. */
    boolean isKeptOff(NodeInfo node) {
        for (ExistingTerms.Match match : existing) {
            if (isKeptOff(node, match.term().topologyKey())) {
                return true;
            }
        }
        return !simulated.isEmpty() && simulated.keySet().stream().anyMatch(key -> isKeptOff(node, key));
    }

    private boolean isKeptOff(NodeInfo node, String key) {
        String value = node.label(key);
        if (value == null) {
            return false;
        }
        Map<String, Integer> changes = simulated.isEmpty() ? null : simulated.get(key);
        int count = changes == null ? 0 : changes.getOrDefault(value, 0);
        for (ExistingTerms.Match match : existing) {
            if (match.term().topologyKey().equals(key)) {
                count += match.counts().pods(value);
            }
        }
        return count > 0;
    }
}
