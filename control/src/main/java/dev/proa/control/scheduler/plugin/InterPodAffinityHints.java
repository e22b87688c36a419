package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Namespace;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.client.informer.Informer;
import dev.proa.control.scheduler.framework.AffinityTerm;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.PodInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The queueing hints of {@link InterPodAffinity}. Where those of kube-scheduler let a pod wait that an event may help, these do not:
 * they know the labels of namespaces, look at each term of anti-affinity alone, and mind that a pod can become the first of its kind
 * and that one without terms of its own is kept off nodes by others.
 */
final class InterPodAffinityHints {
    private final Informer<Namespace> namespaces;

    InterPodAffinityHints(Informer<Namespace> namespaces) {
        this.namespaces = namespaces;
    }

    List<EventRegistration> registrations() {
        return List.of(
                new EventRegistration(
                        ClusterEvent.of(ClusterEvent.POD, Action.ADD, Action.UPDATE_POD_LABEL, Action.DELETE),
                        this::afterPodChange),
                new EventRegistration(
                        ClusterEvent.of(ClusterEvent.NODE, Action.ADD, Action.UPDATE_NODE_LABEL),
                        InterPodAffinityHints::afterNodeChange));
    }

    private boolean afterPodChange(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        Pod old = before instanceof Pod known ? known : null;
        Pod now = after instanceof Pod known ? known : null;
        if (old != null && now != null && now.uid().equals(pod.uid())) {
            return true; // others may not keep it off any more
        }
        if (old != null && countsNowhere(old) || now != null && countsNowhere(now)) {
            return false;
        }
        List<AffinityTerm> affinity = pod.affinity().requiredAffinity();
        boolean wasWanted = old != null && matchesAll(affinity, old);
        boolean isWanted = now != null && matchesAll(affinity, now);
        boolean mayBeFirst = wasWanted && !isWanted && matchesAll(affinity, pod.pod());
        if (isWanted && !wasWanted || mayBeFirst) {
            return true;
        }
        for (AffinityTerm term : pod.affinity().requiredAntiAffinity()) {
            if (old != null && matches(term, old) && (now == null || !matches(term, now))) {
                return true;
            }
        }
        return now == null && old != null && keepsOff(PodInfo.of(old), pod.pod());
    }

    private static boolean countsNowhere(Pod pod) {
        return pod.spec().nodeName().isEmpty()
                && pod.status().nominatedNodeName().isEmpty();
    }

    private boolean keepsOff(PodInfo gone, Pod pod) {
        return gone.affinity().requiredAntiAffinity().stream().anyMatch(term -> matches(term, pod));
    }

    private boolean matchesAll(List<AffinityTerm> terms, Pod other) {
        return !terms.isEmpty() && terms.stream().allMatch(term -> matches(term, other));
    }

    private boolean matches(AffinityTerm term, Pod other) {
        Namespace namespace = namespaces.get("", other.namespace());
        return term.matches(
                other.namespace(),
                namespace == null ? MapValue.EMPTY : labels(namespace.value()),
                labels(other.value()));
    }

    /** A node without one of the labels that the affinity is about is of no use; else what matters is whether it has changed places. */
    private static boolean afterNodeChange(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        if (!(after instanceof Node now)) {
            return false;
        }
        MapValue labels = labels(now.value());
        for (AffinityTerm term : pod.affinity().requiredAffinity()) {
            if (!labels.has(term.topologyKey())) {
                return false;
            }
        }
        boolean hasTerms = !pod.affinity().requiredAffinity().isEmpty()
                || !pod.affinity().requiredAntiAffinity().isEmpty();
        return !(before instanceof Node old)
                || !hasTerms
                || hasMoved(pod.affinity().requiredAffinity(), old, labels)
                || hasMoved(pod.affinity().requiredAntiAffinity(), old, labels);
    }

    private static boolean hasMoved(List<AffinityTerm> terms, Node before, MapValue after) {
        MapValue labels = labels(before.value());
        for (AffinityTerm term : terms) {
            String old = labels.string(term.topologyKey());
            if (labels.has(term.topologyKey()) != after.has(term.topologyKey())
                    || !old.equals(after.string(term.topologyKey()))) {
                return true;
            }
        }
        return false;
    }

    private static MapValue labels(MapValue object) {
        return object.map("metadata").map("labels");
    }
}
