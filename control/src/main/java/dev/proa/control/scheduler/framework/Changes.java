package dev.proa.control.scheduler.framework;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds out which {@link ClusterEvent}s an update of a pod or node is. */
public final class Changes {
    private static final Map<Action, ClusterEvent> ASSIGNED = events(ClusterEvent.ASSIGNED_POD);
    private static final Map<Action, ClusterEvent> UNSCHEDULED = events(ClusterEvent.UNSCHEDULED_POD);
    private static final Map<Action, ClusterEvent> NODE = events(ClusterEvent.NODE);

    private Changes() {}

    /** What has changed about a pod that counts on a node, as a cluster event for each. */
    public static List<ClusterEvent> ofAssigned(PodInfo before, PodInfo after) {
        return of(before, after, ASSIGNED);
    }

    /** What has changed about a pod without a node, as a cluster event for each. */
    public static List<ClusterEvent> ofUnscheduled(PodInfo before, PodInfo after) {
        return of(before, after, UNSCHEDULED);
    }

    private static List<ClusterEvent> of(PodInfo before, PodInfo after, Map<Action, ClusterEvent> events) {
        List<ClusterEvent> found = new ArrayList<>(1);
        Pod old = before.pod();
        Pod now = after.pod();
        MapValue oldSpec = old.value().map("spec");
        MapValue spec = now.value().map("spec");
        add(Action.UPDATE_POD_LABEL, !labels(old.value()).equals(labels(now.value())), events, found);
        add(
                Action.UPDATE_POD_SCALE_DOWN,
                after.requests() != before.requests() && after.requests().asksLessThan(before.requests()),
                events,
                found);
        add(
                Action.UPDATE_POD_GATES_ELIMINATED,
                !oldSpec.list("schedulingGates").isEmpty()
                        && spec.list("schedulingGates").isEmpty(),
                events,
                found);
        // tolerations can only be added
        add(
                Action.UPDATE_POD_TOLERATION,
                oldSpec.list("tolerations").size() != spec.list("tolerations").size(),
                events,
                found);
        MapValue status = now.value().map("status");
        add(
                Action.UPDATE_POD_GENERATED_RESOURCE_CLAIM,
                !old.value().map("status").list("resourceClaimStatuses").equals(status.list("resourceClaimStatuses")),
                events,
                found);
        add(Action.UPDATE_OTHER, found.isEmpty(), events, found);
        return found;
    }

    /** What has changed about a node, as a cluster event for each; empty when nothing has that matters to scheduling. */
    public static List<ClusterEvent> of(Node before, Node after) {
        List<ClusterEvent> found = new ArrayList<>(1);
        MapValue oldStatus = before.value().map("status");
        MapValue status = after.value().map("status");
        MapValue oldSpec = before.value().map("spec");
        MapValue spec = after.value().map("spec");
        boolean uncordoned = before.spec().unschedulable() && !after.spec().unschedulable();
        add(Action.UPDATE_NODE_TAINT, uncordoned || !oldSpec.list("taints").equals(spec.list("taints")), NODE, found);
        add(
                Action.UPDATE_NODE_ALLOCATABLE,
                !oldStatus.map("allocatable").equals(status.map("allocatable")),
                NODE,
                found);
        add(Action.UPDATE_NODE_LABEL, !labels(before.value()).equals(labels(after.value())), NODE, found);
        add(Action.UPDATE_NODE_CONDITION, !conditions(oldStatus).equals(conditions(status)), NODE, found);
        add(
                Action.UPDATE_NODE_ANNOTATION,
                !before.value()
                        .map("metadata")
                        .map("annotations")
                        .equals(after.value().map("metadata").map("annotations")),
                NODE,
                found);
        add(
                Action.UPDATE_NODE_DECLARED_FEATURE,
                !oldStatus.list("declaredFeatures").equals(status.list("declaredFeatures")),
                NODE,
                found);
        return found;
    }

    private static void add(
            Action action, boolean happened, Map<Action, ClusterEvent> events, List<ClusterEvent> found) {
        ClusterEvent event = happened ? events.get(action) : null;
        if (event != null) {
            found.add(event);
        }
    }

    private static MapValue labels(MapValue object) {
        return object.map("metadata").map("labels");
    }

    /** Of conditions only their statuses count: their heartbeats change all the time. */
    private static Map<String, String> conditions(MapValue status) {
        ListValue conditions = status.list("conditions");
        Map<String, String> statuses = HashMap.newHashMap(conditions.size());
        for (int i = 0; i < conditions.size(); i++) {
            statuses.put(conditions.map(i).string("type"), conditions.map(i).string("status"));
        }
        return statuses;
    }

    private static Map<Action, ClusterEvent> events(String resource) {
        Map<Action, ClusterEvent> events = new HashMap<>();
        for (Action action : Action.values()) {
            events.put(action, ClusterEvent.of(resource, action));
        }
        return Map.copyOf(events);
    }
}
