package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Status;
import java.util.ArrayList;
import java.util.List;

/** Keeps pods out of the queue until all their {@code schedulingGates} are removed (KEP-3521). */
public final class SchedulingGates implements Plugin.PreEnqueue, Plugin.EnqueueExtensions {
    @Override
    public String name() {
        return "SchedulingGates";
    }

    @Override
    public Status preEnqueue(PodInfo pod) {
        ListValue gates = gates(pod.pod());
        if (gates.isEmpty()) {
            return Status.SUCCESS;
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < gates.size(); i++) {
            names.add(gates.map(i).string("name"));
        }
        return Status.unresolvable("waiting for scheduling gates: " + names);
    }

    @Override
    public List<EventRegistration> eventsToRegister() {
        return List.of(new EventRegistration(
                ClusterEvent.of(ClusterEvent.UNSCHEDULED_POD, Action.UPDATE_POD_GATES_ELIMINATED),
                (pod, before, after) -> after instanceof Pod changed
                        && changed.uid().equals(pod.uid())
                        && gates(changed).isEmpty()));
    }

    private static ListValue gates(Pod pod) {
        return pod.value().map("spec").list("schedulingGates");
    }
}
