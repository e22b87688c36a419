package dev.proa.api.selector;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.NodeSelectorRequirement;
import dev.proa.api.core.v1.NodeSelectorTerm;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Matches nodes with the terms of a {@code NodeSelector}, as in node affinity and in the topology of volumes and devices. */
public final class NodeSelectors {
    /** The only field that terms can name. */
    public static final String NAME_FIELD = "metadata.name";

    private NodeSelectors() {}

    /** Whether any of the terms matches the node. */
    public static boolean matchesAny(List<NodeSelectorTerm> terms, Node node) {
        return terms.stream().anyMatch(term -> matches(term, node));
    }

    /** Whether all requirements of a term match the node; a term without any matches none. */
    public static boolean matches(NodeSelectorTerm term, Node node) {
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
