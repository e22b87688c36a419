package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Pod;

/** Pods whose {@code schedulingGates} are not all removed wait (KEP-3521). */
final class SchedulingGates implements Plugin.PreEnqueue {
    @Override
    public String name() {
        return "SchedulingGates";
    }

    @Override
    public boolean admits(Pod pod) {
        return pod.spec().value().list("schedulingGates").isEmpty();
    }

    @Override
    public boolean mayHelp(PodInfo pod, ClusterEvent event) {
        return event instanceof ClusterEvent.WaitingPodUpdated(Pod ignored, Pod after) && admits(after);
    }
}
