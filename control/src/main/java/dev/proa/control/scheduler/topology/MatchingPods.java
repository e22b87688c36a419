package dev.proa.control.scheduler.topology;

import dev.proa.api.value.MapValue;
import dev.proa.control.scheduler.framework.AffinityTerm;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pods that all of some terms of inter-pod affinity mean.
 *
 * @param terms {@linkplain AffinityTerm#resolved resolved}
 * @param topologyKey the node label whose values are the domains
 */
public record MatchingPods(List<AffinityTerm> terms, String topologyKey) implements PodCriterion {
    public MatchingPods {
        // what else a term says must not keep equal questions apart
        terms = terms.stream()
                .map(term ->
                        new AffinityTerm(term.namespaces(), term.selector(), term.namespaceSelector(), topologyKey, 0))
                .toList();
    }

    @Override
    public @Nullable String domain(NodeInfo node) {
        return node.label(topologyKey);
    }

    @Override
    public int pods(NodeInfo node) {
        int count = 0;
        for (PodInfo pod : node.pods()) {
            count += matchesAll(terms, pod) ? 1 : 0;
        }
        return count;
    }

    /** Whether all of the terms, which are resolved, mean the pod; false when there are none. */
    public static boolean matchesAll(List<AffinityTerm> terms, PodInfo pod) {
        for (AffinityTerm term : terms) {
            if (!term.matches(pod, MapValue.EMPTY)) {
                return false;
            }
        }
        return !terms.isEmpty();
    }
}
