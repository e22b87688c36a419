package dev.proa.control.scheduler.framework;

import dev.proa.api.core.v1.Affinity;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodAffinityTerm;
import dev.proa.api.core.v1.WeightedPodAffinityTerm;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import java.util.List;

/**
 * A pod with what the scheduler has computed from it once. Immutable.
 *
 * @param requests what it asks for or, on a node, takes
 * @param affinity its terms of inter-pod affinity and anti-affinity
 * @param priority by which the queue is ordered
 */
public record PodInfo(Pod pod, PodRequests requests, Terms affinity, int priority) {
    /** A pod's terms of inter-pod affinity and anti-affinity. */
    public record Terms(
            List<AffinityTerm> requiredAffinity,
            List<AffinityTerm> requiredAntiAffinity,
            List<AffinityTerm> preferredAffinity,
            List<AffinityTerm> preferredAntiAffinity) {
        static final Terms NONE = new Terms(List.of(), List.of(), List.of(), List.of());
    }

    /** A pod that has no node. */
    public static PodInfo of(Pod pod) {
        return new PodInfo(pod, PodRequests.of(pod), terms(pod), pod.spec().priority());
    }

    /** A pod on a node. */
    public static PodInfo placed(Pod pod) {
        return new PodInfo(pod, PodRequests.placed(pod), terms(pod), pod.spec().priority());
    }

    /** The same pod, changed; it still has no node. */
    public PodInfo with(Pod newer) {
        return hasSameSpec(newer) ? new PodInfo(newer, requests, affinity, priority) : of(newer);
    }

    /** The same pod, changed, on a node. */
    public PodInfo withPlaced(Pod newer) {
        boolean mayBeResized = newer.metadata().generation() > 1;
        return hasSameSpec(newer) && !mayBeResized ? new PodInfo(newer, requests, affinity, priority) : placed(newer);
    }

    /** The pod as it will be once it is bound to {@code node}. */
    public PodInfo assumedOn(String node) {
        return new PodInfo(
                new Pod(pod.value().withMap("spec", spec -> spec.with("nodeName", node))),
                requests,
                affinity,
                priority);
    }

    private boolean hasSameSpec(Pod newer) {
        return newer.value().map("spec").equals(pod.value().map("spec"));
    }

    public String uid() {
        return pod.uid();
    }

    public ObjectKey key() {
        return ObjectKey.of(pod.value());
    }

    /** For messages: {@code default/web}. */
    public String name() {
        return pod.namespace() + "/" + pod.name();
    }

    /** Its labels. */
    public MapValue labels() {
        return pod.value().map("metadata").map("labels");
    }

    boolean hasAffinity() {
        return affinity != Terms.NONE;
    }

    private static Terms terms(Pod pod) {
        if (!pod.spec().hasAffinity()) {
            return Terms.NONE;
        }
        Affinity affinity = pod.spec().affinity();
        if (!affinity.hasPodAffinity() && !affinity.hasPodAntiAffinity()) {
            return Terms.NONE;
        }
        return new Terms(
                required(pod, affinity.podAffinity().requiredDuringSchedulingIgnoredDuringExecution()),
                required(pod, affinity.podAntiAffinity().requiredDuringSchedulingIgnoredDuringExecution()),
                preferred(pod, affinity.podAffinity().preferredDuringSchedulingIgnoredDuringExecution()),
                preferred(pod, affinity.podAntiAffinity().preferredDuringSchedulingIgnoredDuringExecution()));
    }

    private static List<AffinityTerm> required(Pod pod, List<PodAffinityTerm> terms) {
        return terms.stream()
                .map(term -> AffinityTerm.of(term, pod.namespace(), 0))
                .toList();
    }

    private static List<AffinityTerm> preferred(Pod pod, List<WeightedPodAffinityTerm> terms) {
        return terms.stream()
                .map(term -> AffinityTerm.of(term.podAffinityTerm(), pod.namespace(), term.weight()))
                .toList();
    }
}
