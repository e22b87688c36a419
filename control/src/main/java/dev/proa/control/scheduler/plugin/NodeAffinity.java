package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.NodeSelectorRequirement;
import dev.proa.api.core.v1.NodeSelectorTerm;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PreferredSchedulingTerm;
import dev.proa.api.selector.NodeSelectors;
import dev.proa.api.view.KubeObject;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.CycleState;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.PreFilterResult;
import dev.proa.control.scheduler.framework.Scores;
import dev.proa.control.scheduler.framework.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps pods off nodes that their {@code nodeSelector} or required node affinity does not match; preferred terms raise scores. */
public final class NodeAffinity
        implements Plugin.PreFilter, Plugin.Filter, Plugin.PreScore, Plugin.Score, Plugin.EnqueueExtensions {
    private static final String NAME = "NodeAffinity";
    private static final Status NO_MATCH = Status.unresolvable("node(s) didn't match Pod's node affinity/selector")
            .by(NAME);
    private static final Status NO_ADDED_MATCH = Status.unresolvable(
                    "node(s) didn't match scheduler-enforced node affinity")
            .by(NAME);
    private static final Status CONFLICT =
            Status.unresolvable("pod affinity terms conflict").by(NAME);
    private static final CycleState.Key<Preferred> PREFERRED = CycleState.Key.of(Preferred.class);

    private final NodeAffinityArgs added;

    public NodeAffinity() {
        this(NodeAffinityArgs.NONE);
    }

    /** @param added what is required and preferred for all pods */
    public NodeAffinity(NodeAffinityArgs added) {
        this.added = added;
    }

    /** The preferred terms of the pod, for scoring. */
    private record Preferred(List<PreferredSchedulingTerm> terms) implements CycleState.Data {
        @Override
        public CycleState.Data copy() {
            return this;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    /** Where every term names nodes, no others need to be looked at. */
    @Override
    public PreFilterResult preFilter(CycleState state, PodInfo pod) {
        boolean required = hasRequired(pod.pod());
        if (!required) {
            boolean anyNode = pod.pod().spec().nodeSelector().isEmpty() && added.required() == null;
            return anyNode ? PreFilterResult.SKIP : PreFilterResult.ALL_NODES;
        }
        List<NodeSelectorTerm> terms = required(pod.pod());
        Set<String> nodes = new HashSet<>();
        for (NodeSelectorTerm term : terms) {
            Set<String> named = named(term);
            if (named == null) {
                return PreFilterResult.ALL_NODES;
            }
            nodes.addAll(named);
        }
        return terms.isEmpty()
                ? PreFilterResult.ALL_NODES
                : nodes.isEmpty() ? PreFilterResult.of(CONFLICT) : PreFilterResult.only(nodes);
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        if (!matchesAdded(node.node())) {
            return NO_ADDED_MATCH;
        }
        return matches(pod.pod(), node.node()) ? Status.SUCCESS : NO_MATCH;
    }

    private boolean matchesAdded(Node node) {
        return added.required() == null || NodeSelectors.matchesAny(added.required(), node);
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return List.of(new EventRegistration(
                ClusterEvent.of(ClusterEvent.NODE, Action.ADD, Action.UPDATE_NODE_LABEL),
                (pod, before, after) -> hasCome(pod.pod(), before, after)));
    }

    private boolean hasCome(Pod pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        return after instanceof Node node && fits(pod, node) && !(before instanceof Node old && fits(pod, old));
    }

    private boolean fits(Pod pod, Node node) {
        return matchesAdded(node) && matches(pod, node);
    }

    @Override
    public Status preScore(CycleState state, PodInfo pod, List<NodeInfo> nodes) {
        List<PreferredSchedulingTerm> terms = added.preferred();
        if (pod.pod().spec().hasAffinity()) {
            terms = new ArrayList<>(terms);
            terms.addAll(pod.pod().spec().affinity().nodeAffinity().preferredDuringSchedulingIgnoredDuringExecution());
        }
        if (terms.isEmpty()) {
            return Status.SKIP;
        }
        state.write(PREFERRED, new Preferred(terms));
        return Status.SUCCESS;
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        Preferred preferred = state.read(PREFERRED);
        long sum = 0;
        for (PreferredSchedulingTerm term : preferred == null ? List.<PreferredSchedulingTerm>of() : preferred.terms) {
            if (NodeSelectors.matches(term.preference(), node.node())) {
                sum += term.weight();
            }
        }
        return sum;
    }

    @Override
    public void normalizeScores(CycleState state, PodInfo pod, List<NodeInfo> nodes, long[] scores) {
        Scores.normalize(scores, false);
    }

    private static boolean hasRequired(Pod pod) {
        return pod.spec().hasAffinity()
                && pod.spec().affinity().nodeAffinity().hasRequiredDuringSchedulingIgnoredDuringExecution();
    }

    /** Whether the selector and the required terms of the pod, if it has any, match the node. */
    static boolean matches(Pod pod, Node node) {
        Map<String, String> selector = pod.spec().nodeSelector();
        if (!selector.isEmpty()) {
            Map<String, String> labels = node.labels();
            for (var wanted : selector.entrySet()) {
                if (!wanted.getValue().equals(labels.get(wanted.getKey()))) {
                    return false;
                }
            }
        }
        return !hasRequired(pod) || NodeSelectors.matchesAny(required(pod), node);
    }

    private static List<NodeSelectorTerm> required(Pod pod) {
        return pod.spec()
                .affinity()
                .nodeAffinity()
                .requiredDuringSchedulingIgnoredDuringExecution()
                .nodeSelectorTerms();
    }

    /** The nodes that a term names; null when it names none. */
    private static @Nullable Set<String> named(NodeSelectorTerm term) {
        Set<String> named = null;
        for (NodeSelectorRequirement field : term.matchFields()) {
            if (field.key().equals(NodeSelectors.NAME_FIELD) && field.operator().equals("In")) {
                if (named == null) {
                    named = new HashSet<>(field.values());
                } else {
                    named.retainAll(field.values());
                }
            }
        }
        return named;
    }
}
