package dev.proa.control.scheduler.topology;

import dev.proa.api.selector.LabelSelector;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pods that a topology spread constraint counts.
 *
 * @param namespace of the pods
 * @param selector of the pods
 * @param topologyKey the node label whose values are the domains; {@link #EACH_NODE} when each node is one, whatever its labels
 * @param required labels that a node must have to count. If the topology key is not among them, the nodes without it are a domain too,
 *     that of the empty value
 * @param nodes which nodes count
 */
public record SpreadPods(
        String namespace, LabelSelector selector, String topologyKey, List<String> required, NodeRule nodes)
        implements PodCriterion {
    /** In the place of a topology key: a domain for each node, named as the node. */
    public static final String EACH_NODE = "";

    /** Which nodes count. Equal rules say the same of every node. */
    public interface NodeRule {
        /** A rule by which all nodes count. */
        NodeRule ALL = node -> true;

        boolean counts(NodeInfo node);
    }

    /** The pods of each node. */
    public static SpreadPods ofEachNode(String namespace, LabelSelector selector) {
        return new SpreadPods(namespace, selector, EACH_NODE, List.of(), NodeRule.ALL);
    }

    @Override
    public @Nullable String domain(NodeInfo node) {
        for (String key : required) {
            if (node.label(key) == null) {
                return null;
            }
        }
        if (!nodes.counts(node)) {
            return null;
        }
        String value = topologyKey.equals(EACH_NODE) ? node.name() : node.label(topologyKey);
        return value == null ? "" : value;
    }

    @Override
    public int pods(NodeInfo node) {
        int count = 0;
        for (PodInfo pod : node.pods()) {
            count += counts(pod) ? 1 : 0;
        }
        return count;
    }

    /** Whether the pod counts: one that is being deleted does not, and a selector that selects everything selects none here. */
    private boolean counts(PodInfo pod) {
        return !selector.isEverything() && selects(pod) && !pod.pod().isDeleting();
    }

    /** Whether the pod is one that the constraint is about. */
    public boolean selects(PodInfo pod) {
        return namespace.equals(pod.pod().namespace()) && selector.matches(pod.labels());
    }
}
