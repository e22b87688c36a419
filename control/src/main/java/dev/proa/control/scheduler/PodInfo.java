package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Pod;
import dev.proa.client.ObjectKey;
import java.time.Instant;
import java.util.Set;

/**
 * A pod that waits for a node.
 *
 * @param queued when it came into the queue, or came back to it
 * @param sequence orders pods that were queued at the same time
 * @param attempts how often it was tried
 * @param unschedulable how often it was rejected
 * @param errors how often trying it has failed for another reason since it was last rejected
 * @param rejectors the names of the plugins that rejected it the last time; empty when it was not tried, or trying it failed
 */
record PodInfo(
        Pod pod,
        PodRequests requests,
        Instant queued,
        long sequence,
        int attempts,
        int unschedulable,
        int errors,
        Set<String> rejectors) {
    /** For people: {@code default/web}. */
    String name() {
        return pod.namespace() + "/" + pod.name();
    }

    static PodInfo of(Pod pod, Instant queued, long sequence) {
        return new PodInfo(pod, PodRequests.of(pod), queued, sequence, 0, 0, 0, Set.of());
    }

    PodInfo tried() {
        return new PodInfo(pod, requests, queued, sequence, attempts + 1, unschedulable, errors, rejectors);
    }

    /** Back in the queue, because these plugins rejected it; none means that an error did. */
    PodInfo back(Pod newest, Set<String> by, Instant at, long number) {
        boolean rejected = !by.isEmpty();
        return new PodInfo(
                newest,
                demandOf(newest),
                at,
                number,
                attempts,
                unschedulable + (rejected ? 1 : 0),
                rejected ? 0 : errors + 1,
                Set.copyOf(by));
    }

    PodInfo with(Pod newer) {
        return new PodInfo(newer, demandOf(newer), queued, sequence, attempts, unschedulable, errors, rejectors);
    }

    private PodRequests demandOf(Pod newer) {
        return newer.value().map("spec").equals(pod.value().map("spec")) ? requests : PodRequests.of(newer);
    }

    ObjectKey key() {
        return ObjectKey.of(pod.value());
    }

    String uid() {
        return pod.uid();
    }

    int priority() {
        return pod.spec().priority();
    }
}
