package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.NodeSelectorRequirement;
import dev.proa.api.core.v1.NodeSelectorTerm;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PreferredSchedulingTerm;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code nodeSelector} and both parts of node affinity, the required and the preferred one. */
final class NodeAffinity implements Plugin.PreFilter, Plugin.Filter, Plugin.Score {
    private static final String NAME_FIELD = "metadata.name";
    private static final Verdict NO_MATCH = Verdict.unfit("node(s) didn't match Pod's node affinity/selector");
    private static final Candidates CONFLICT = new Candidates.None("pod affinity terms conflict");

    @Override
    public String name() {
        return "NodeAffinity";
    }

    /** Where every term names nodes, no others need to be looked at. */
    @Override
    public Candidates preFilter(PodInfo pod) {
        if (!pod.pod().spec().hasAffinity()) {
            return Candidates.ALL;
        }
        List<NodeSelectorTerm> terms = required(pod.pod());
        Set<String> nodes = new HashSet<>();
        for (NodeSelectorTerm term : terms) {
            Set<String> named = named(term);
            if (named == null) {
                return Candidates.ALL;
            }
            nodes.addAll(named);
        }
        return terms.isEmpty() ? Candidates.ALL : nodes.isEmpty() ? CONFLICT : new Candidates.Only(nodes);
    }

    @Override
    public Verdict filter(PodInfo pod, NodeInfo node) {
        return matches(pod.pod(), node.node()) ? Verdict.FITS : NO_MATCH;
    }

    @Override
    public boolean mayHelp(PodInfo pod, ClusterEvent event) {
        return switch (event) {
            case ClusterEvent.NodeAdded(Node node) -> matches(pod.pod(), node);
            case ClusterEvent.NodeUpdated(Node before, Node after) ->
                !matches(pod.pod(), before) && matches(pod.pod(), after);
            case ClusterEvent.WaitingPodUpdated(Pod before, Pod after) ->
                !before.spec().value().equals(after.spec().value()); // gated pods may be given another affinity
            default -> false;
        };
    }

    @Override
    public int weight() {
        return 2;
    }

    @Override
    public long @Nullable [] score(PodInfo pod, List<NodeInfo> nodes, List<NodeInfo> all) {
        if (!pod.pod().spec().hasAffinity()) {
            return null;
        }
        List<PreferredSchedulingTerm> terms =
                pod.pod().spec().affinity().nodeAffinity().preferredDuringSchedulingIgnoredDuringExecution();
        if (terms.isEmpty()) {
            return null;
        }
        long[] sums = new long[nodes.size()];
        for (int i = 0; i < sums.length; i++) {
            for (PreferredSchedulingTerm term : terms) {
                if (matches(term.preference(), nodes.get(i).node())) {
                    sums[i] += term.weight();
                }
            }
        }
        return Scores.normalized(sums, false);
    }

    /** Whether the selector and the required terms of the pod, if it has any, match the node. */
    private static boolean matches(Pod pod, Node node) {
        Map<String, String> selector = pod.spec().nodeSelector();
        if (!selector.isEmpty()) {
            Map<String, String> labels = node.labels();
            for (var wanted : selector.entrySet()) {
                if (!wanted.getValue().equals(labels.get(wanted.getKey()))) {
                    return false;
                }
            }
        }
        if (!pod.spec().hasAffinity()
                || !pod.spec().affinity().nodeAffinity().hasRequiredDuringSchedulingIgnoredDuringExecution()) {
            return true;
        }
        return required(pod).stream().anyMatch(term -> matches(term, node));
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
            if (field.key().equals(NAME_FIELD) && field.operator().equals("In")) {
                if (named == null) {
                    named = new HashSet<>(field.values());
                } else {
                    named.retainAll(field.values());
                }
            }
        }
        return named;
    }

    private static boolean matches(NodeSelectorTerm term, Node node) {
        if (term.matchExpressions().isEmpty() && term.matchFields().isEmpty()) {
            return false;
        }
        Map<String, String> labels = node.labels();
        for (NodeSelectorRequirement requirement : term.matchExpressions()) {
            if (!matches(requirement, labels.get(requirement.key()))) {
                return false;
            }
        }
        for (NodeSelectorRequirement requirement : term.matchFields()) {
            if (!matches(requirement, requirement.key().equals(NAME_FIELD) ? node.name() : null)) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(NodeSelectorRequirement requirement, @Nullable String value) {
        return switch (requirement.operator()) {
            case "In" -> value != null && requirement.values().contains(value);
            case "NotIn" -> value == null || !requirement.values().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt", "Lt" -> compares(requirement, value);
            default -> false;
        };
    }

    private static boolean compares(NodeSelectorRequirement requirement, @Nullable String value) {
        if (value == null || requirement.values().size() != 1) {
            return false;
        }
        try {
            int order = Long.compare(
                    Long.parseLong(value), Long.parseLong(requirement.values().getFirst()));
            return requirement.operator().equals("Gt") ? order > 0 : order < 0;
        } catch (NumberFormatException e) {
            return false; // neither greater nor less than what is no number
        }
    }
}
