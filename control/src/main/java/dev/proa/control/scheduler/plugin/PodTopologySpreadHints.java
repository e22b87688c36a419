package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.PodInfo;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The queueing hints of {@link PodTopologySpread}. */
final class PodTopologySpreadHints {
    private final Function<PodInfo, List<SpreadConstraint>> constraints;

    /** @param constraints the constraints that a pod's node must satisfy */
    PodTopologySpreadHints(Function<PodInfo, List<SpreadConstraint>> constraints) {
        this.constraints = constraints;
    }

    List<EventRegistration> registrations() {
        return List.of(
                new EventRegistration(
                        ClusterEvent.of(
                                ClusterEvent.POD,
                                Action.ADD,
                                Action.DELETE,
                                Action.UPDATE_POD_LABEL,
                                Action.UPDATE_POD_TOLERATION),
                        this::afterPodChange),
                new EventRegistration(
                        ClusterEvent.of(
                                ClusterEvent.NODE,
                                Action.ADD,
                                Action.DELETE,
                                Action.UPDATE_NODE_LABEL,
                                Action.UPDATE_NODE_TAINT),
                        this::afterNodeChange));
    }

    private boolean afterPodChange(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        Pod old = before instanceof Pod known ? known : null;
        Pod now = after instanceof Pod known ? known : null;
        if (old != null && !mayCount(old, pod) || now != null && !mayCount(now, pod)) {
            return false;
        }
        List<SpreadConstraint> all = constraints.apply(pod);
        if (old != null && now != null) {
            boolean toleratesOther = now.uid().equals(pod.uid())
                    && !old.spec().tolerations().equals(now.spec().tolerations());
            return toleratesOther && all.stream().anyMatch(SpreadConstraint::honorsTaints)
                    || all.stream().anyMatch(each -> matches(each, old) != matches(each, now));
        }
        Pod one = now == null ? old : now;
        return one != null && all.stream().anyMatch(each -> matches(each, one));
    }

    private static boolean mayCount(Pod other, PodInfo pod) {
        boolean placed = !other.spec().nodeName().isEmpty()
                || !other.status().nominatedNodeName().isEmpty();
        return other.uid().equals(pod.uid())
                || placed && other.namespace().equals(pod.pod().namespace());
    }

    private static boolean matches(SpreadConstraint constraint, Pod pod) {
        return constraint.selector().matches(labels(pod.value()));
    }

    private boolean afterNodeChange(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        List<SpreadConstraint> all = constraints.apply(pod);
        Node old = before instanceof Node node && hasKeys(node, all) ? node : null;
        Node now = after instanceof Node node && hasKeys(node, all) ? node : null;
        if (old == null || now == null) {
            return (old == null) != (now == null);
        }
        MapValue labels = labels(now.value());
        MapValue oldLabels = labels(old.value());
        return !old.spec().taints().equals(now.spec().taints())
                || all.stream()
                        .anyMatch(each ->
                                !labels.string(each.topologyKey()).equals(oldLabels.string(each.topologyKey())));
    }

    private static boolean hasKeys(Node node, List<SpreadConstraint> all) {
        MapValue labels = labels(node.value());
        return all.stream().allMatch(each -> labels.has(each.topologyKey()));
    }

    private static MapValue labels(MapValue object) {
        return object.map("metadata").map("labels");
    }
}
