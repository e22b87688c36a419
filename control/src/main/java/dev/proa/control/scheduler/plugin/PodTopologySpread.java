package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.TopologySpreadConstraint;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PreFilterResult;
import dev.proa.control.scheduler.framework.Status;
import dev.proa.control.scheduler.topology.SimulatedCounts;
import dev.proa.control.scheduler.topology.SpreadPods;
import dev.proa.control.scheduler.topology.TopologyCounters;
import dev.proa.control.scheduler.topology.TopologyCounts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Spreads pods over the domains of a topology, such as zones, by their {@code topologySpreadConstraints} or, when they have none, by
 * default ones.
 */
public final class PodTopologySpread
        implements Plugin.PreFilter,
                Plugin.PreFilterExtensions,
                Plugin.Filter,
                Plugin.PreScore,
                Plugin.Score,
                Plugin.EnqueueExtensions {
    static final String NAME = "PodTopologySpread";

    private static final String HOSTNAME = "kubernetes.io/hostname";
    private static final String NO_MATCH = "node(s) didn't match pod topology spread constraints";
    private static final Status TOO_MANY = Status.unschedulable(NO_MATCH).by(NAME);
    private static final Status NO_LABEL =
            Status.unresolvable(NO_MATCH + " (missing required label)").by(NAME);

    private static final CycleState.Key<Hard> HARD = CycleState.Key.of(Hard.class);
    private static final CycleState.Key<Soft> SOFT = CycleState.Key.of(Soft.class);

    /** What kube-scheduler spreads by when nothing is configured. */
    private static final List<TopologySpreadConstraint> SYSTEM =
            List.of(soft(HOSTNAME, 3), soft("topology.kubernetes.io/zone", 5));

    private final @Nullable DefaultSpread defaults;
    private final boolean systemDefaults;
    private final TopologyCounters counters = new TopologyCounters();

    /** Constraints that nodes must satisfy, with the counts that say which do. */
    private record Hard(Bound[] all) implements CycleState.Data {
        static final Bound[] NONE = {};

        @Override
        public CycleState.Data copy() {
            return new Hard(Arrays.stream(all).map(Bound::copy).toArray(Bound[]::new));
        }
    }

    /** @param self 1 when the pod itself counts, else 0 */
    private record Bound(SpreadConstraint constraint, SpreadPods counted, SimulatedCounts counts, int self) {
        Bound copy() {
            return new Bound(constraint, counted, counts.copy(), self);
        }

        boolean allows(String value) {
            int least = counts.domains() < constraint.minDomains() ? 0 : counts.least();
            return counts.pods(value) + self - least <= constraint.maxSkew();
        }
    }

    /**
     * Constraints that nodes had better satisfy.
     *
     * @param required the labels without which a node gets no score
     */
    private record Soft(Weighted[] all, String[] required) implements CycleState.Data {
        @Override
        public CycleState.Data copy() {
            return this;
        }

        boolean ignores(NodeInfo node) {
            return lacks(node, required);
        }
    }

    /** @param weight makes up for the topology's number of domains */
    private record Weighted(SpreadConstraint constraint, TopologyCounts counts, double weight) {
        double score(NodeInfo node, String value) {
            int pods = counts.pods(isHostname(constraint) ? node.name() : value);
            return pods * weight + (constraint.maxSkew() - 1);
        }
    }

    /** By default, pods of a service or controller are spread over nodes and zones, where that can be done. */
    public PodTopologySpread(Handle handle) {
        this.defaults = new DefaultSpread(handle, SYSTEM);
        this.systemDefaults = true;
    }

    /** @param constraints for pods that have none, without selectors: {@code defaultConstraints} of {@code PodTopologySpreadArgs} */
    public PodTopologySpread(Handle handle, List<TopologySpreadConstraint> constraints) {
        this.defaults = constraints.isEmpty() ? null : new DefaultSpread(handle, constraints);
        this.systemDefaults = false;
    }

    private static TopologySpreadConstraint soft(String topologyKey, int maxSkew) {
        return TopologySpreadConstraint.EMPTY
                .withTopologyKey(topologyKey)
                .withMaxSkew(maxSkew)
                .withWhenUnsatisfiable(SpreadConstraint.SCHEDULE_ANYWAY);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return new PodTopologySpreadHints(pod -> constraints(pod, SpreadConstraint.DO_NOT_SCHEDULE)).registrations();
    }

    private List<SpreadConstraint> constraints(PodInfo info, String action) {
        Pod pod = info.pod();
        if (hasConstraints(pod)) {
            return SpreadConstraint.of(pod.spec().topologySpreadConstraints(), info.labels(), action);
        }
        return defaults == null ? List.of() : defaults.of(pod, info.labels(), action);
    }

    private static boolean hasConstraints(Pod pod) {
        return !pod.value().map("spec").list("topologySpreadConstraints").isEmpty();
    }

    @Override
    public PreFilterResult preFilter(CycleState state, PodInfo pod) {
        List<SpreadConstraint> constraints = constraints(pod, SpreadConstraint.DO_NOT_SCHEDULE);
        if (constraints.isEmpty()) {
            return PreFilterResult.SKIP;
        }
        List<String> keys = keys(constraints);
        List<Bound> all = new ArrayList<>();
        for (SpreadConstraint constraint : constraints) {
            SpreadPods counted = constraint.counted(pod, keys);
            all.add(new Bound(
                    constraint,
                    counted,
                    new SimulatedCounts(counters.counts(counted, state.snapshot())),
                    constraint.selector().matches(pod.labels()) ? 1 : 0));
        }
        state.write(HARD, new Hard(all.toArray(Hard.NONE)));
        return PreFilterResult.ALL_NODES;
    }

    private static List<String> keys(List<SpreadConstraint> constraints) {
        return constraints.stream().map(SpreadConstraint::topologyKey).toList();
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

    /** As in kube-scheduler, pods that are being deleted count here, although they have not been counted before. */
    private static Status change(CycleState state, PodInfo other, NodeInfo node, int pods) {
        Hard hard = state.read(HARD);
        for (Bound bound : hard == null ? Hard.NONE : hard.all) {
            String value = bound.counted.selects(other) ? bound.counted.domain(node) : null;
            if (value != null) {
                bound.counts.add(value, pods);
            }
        }
        return Status.SUCCESS;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        Hard hard = state.read(HARD);
        for (Bound bound : hard == null ? Hard.NONE : hard.all) {
            String value = node.label(bound.constraint.topologyKey());
            if (value == null) {
                return NO_LABEL;
            }
            if (!bound.allows(value)) {
                return TOO_MANY;
            }
        }
        return Status.SUCCESS;
    }

    @Override
    public Status preScore(CycleState state, PodInfo pod, List<NodeInfo> nodes) {
        List<SpreadConstraint> constraints = constraints(pod, SpreadConstraint.SCHEDULE_ANYWAY);
        if (constraints.isEmpty()) {
            return Status.SKIP;
        }
        // the default ones spread over nodes even where nodes have no zone
        List<String> keys = hasConstraints(pod.pod()) || !systemDefaults ? keys(constraints) : List.of();
        String[] required = keys.toArray(new String[0]);
        List<Weighted> all = new ArrayList<>();
        for (SpreadConstraint constraint : constraints) {
            SpreadPods counted = isHostname(constraint)
                    ? SpreadPods.ofEachNode(pod.pod().namespace(), constraint.selector())
                    : constraint.counted(pod, keys);
            TopologyCounts counts = counters.counts(counted, state.snapshot());
            int size = domains(constraint, counts, nodes, required);
            all.add(new Weighted(constraint, counts, Math.log(size + 2)));
        }
        state.write(SOFT, new Soft(all.toArray(new Weighted[0]), required));
        return Status.SUCCESS;
    }

    /** In how many domains the nodes are. */
    private static int domains(
            SpreadConstraint constraint, TopologyCounts counts, List<NodeInfo> nodes, String[] required) {
        TopologyCounts.DomainSet domains = counts.new DomainSet();
        int scored = 0;
        for (NodeInfo node : nodes) {
            if (!lacks(node, required)) {
                scored++;
                String value = node.label(constraint.topologyKey());
                domains.add(value == null ? "" : value);
            }
        }
        return isHostname(constraint) ? scored : domains.size();
    }

    private static boolean isHostname(SpreadConstraint constraint) {
        return constraint.topologyKey().equals(HOSTNAME);
    }

    private static boolean lacks(NodeInfo node, String[] labels) {
        for (String key : labels) {
            if (node.label(key) == null) {
                return true;
            }
        }
        return false;
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        Soft soft = state.read(SOFT);
        if (soft == null || soft.ignores(node)) {
            return 0;
        }
        double score = 0;
        for (Weighted weighted : soft.all) {
            String value = node.label(weighted.constraint.topologyKey());
            if (value != null) {
                score += weighted.score(node, value);
            }
        }
        return Math.round(score);
    }

    /** The fewer pods there are, the higher the score; nodes without a required label get 0. */
    @Override
    public void normalizeScores(CycleState state, PodInfo pod, List<NodeInfo> nodes, long[] scores) {
        Soft soft = state.read(SOFT);
        if (soft == null) {
            return;
        }
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < scores.length; i++) {
            if (!soft.ignores(nodes.get(i))) {
                least = Math.min(least, scores[i]);
                most = Math.max(most, scores[i]);
            }
        }
        for (int i = 0; i < scores.length; i++) {
            if (soft.ignores(nodes.get(i))) {
                scores[i] = 0;
            } else {
                scores[i] = most == 0 ? MAX_SCORE : MAX_SCORE * (most + least - scores[i]) / most;
            }
        }
    }
}
