package dev.proa.control.scheduler.framework;

import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.PodAffinityTerm;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.MapValue;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * A term of inter-pod affinity or anti-affinity, parsed.
 *
 * @param namespaces of the pods that it means: those that it lists, else that of its own pod if it has no namespace selector
 * @param selector which pods it means
 * @param namespaceSelector the namespaces that it means beside those listed
 * @param topologyKey the node label that says what counts as the same place
 * @param weight how much it counts; 0 for a required term
 */
public record AffinityTerm(
        Set<String> namespaces,
        LabelSelector selector,
        LabelSelector namespaceSelector,
        String topologyKey,
        int weight) {
    static AffinityTerm of(PodAffinityTerm term, String namespace, int weight) {
        boolean own = term.namespaces().isEmpty() && !term.hasNamespaceSelector();
        return new AffinityTerm(
                own ? Set.of(namespace) : Set.copyOf(term.namespaces()),
                term.hasLabelSelector() ? LabelSelector.of(term.labelSelector()) : LabelSelector.NOTHING,
                term.hasNamespaceSelector() ? LabelSelector.of(term.namespaceSelector()) : LabelSelector.NOTHING,
                term.topologyKey(),
                weight);
    }

    /** Whether the term means a pod, in a namespace with these labels. */
    public boolean matches(PodInfo pod, MapValue namespaceLabels) {
        return matches(pod.pod().namespace(), namespaceLabels, pod.labels());
    }

    /** Whether the term means a pod with these labels, in a namespace of this name with those labels. */
    public boolean matches(String namespace, MapValue namespaceLabels, MapValue labels) {
        return (namespaces.contains(namespace) || namespaceSelector.matches(namespaceLabels))
                && selector.matches(labels);
    }

    /**
     * The same term, which names the namespaces that its selector selects now, or means those of all namespaces. Like kube-scheduler,
     * this takes a selector that selects namespaces without labels for one that selects all.
     */
    public AffinityTerm resolved(Collection<Namespace> all) {
        if (namespaceSelector.nothing()) {
            return this;
        }
        if (namespaceSelector.matches(MapValue.EMPTY)) {
            return new AffinityTerm(Set.of(), selector, LabelSelector.EVERYTHING, topologyKey, weight);
        }
        Set<String> selected = new HashSet<>(namespaces);
        for (Namespace namespace : all) {
            if (namespaceSelector.matches(namespace)) {
                selected.add(namespace.name());
            }
        }
        return new AffinityTerm(selected, selector, LabelSelector.NOTHING, topologyKey, weight);
    }
}
