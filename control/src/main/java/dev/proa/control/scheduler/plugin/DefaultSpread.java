package dev.proa.control.scheduler.plugin;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ReplicationController;
import dev.proa.api.core.v1.Service;
import dev.proa.api.core.v1.TopologySpreadConstraint;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.selector.Requirement;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.informer.Informer;
import dev.proa.control.scheduler.framework.Handle;
import dev.proa.control.shared.Owners;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The topology spread constraints of pods that have none: they are spread with the other pods of their services and of the controller
 * that owns them.
 */
final class DefaultSpread {
    private final List<TopologySpreadConstraint> constraints;
    private final Informer<Service> services;
    private final Informer<ReplicationController> replicationControllers;
    private final Informer<ReplicaSet> replicaSets;
    private final Informer<StatefulSet> statefulSets;

    /** @param constraints without selectors */
    DefaultSpread(Handle handle, List<TopologySpreadConstraint> constraints) {
        this.constraints = List.copyOf(constraints);
        this.services = handle.informer(Service.KIND);
        this.replicationControllers = handle.informer(ReplicationController.KIND);
        this.replicaSets = handle.informer(ReplicaSet.KIND);
        this.statefulSets = handle.informer(StatefulSet.KIND);
    }

    /** Those that ask for {@code action}; none for pods without services and owner. */
    List<SpreadConstraint> of(Pod pod, MapValue labels, String action) {
        List<SpreadConstraint> found = SpreadConstraint.of(constraints, labels, action);
        if (found.isEmpty()) {
            return found;
        }
        LabelSelector selector = selector(pod, labels);
        return selector.isEverything()
                ? List.of()
                : found.stream().map(constraint -> constraint.with(selector)).toList();
    }

    private LabelSelector selector(Pod pod, MapValue labels) {
        Map<String, String> selected = new TreeMap<>();
        for (Service service : services.list(pod.namespace())) {
            Map<String, String> selector = service.spec().selector();
            if (!selector.isEmpty() && LabelSelector.ofLabels(selector).matches(labels)) {
                selected.putAll(selector);
            }
        }
        OwnerReference owner = Owners.controllerOf(pod);
        LabelSelector owners = LabelSelector.EVERYTHING;
        if (owner != null && is(owner, ReplicationController.KIND)) {
            ReplicationController found = replicationControllers.get(pod.namespace(), owner.name());
            if (found != null) {
                selected.putAll(found.spec().selector());
            }
        } else if (owner != null && is(owner, ReplicaSet.KIND)) {
            ReplicaSet found = replicaSets.get(pod.namespace(), owner.name());
            owners = found == null ? owners : LabelSelector.of(found.spec().selector());
        } else if (owner != null && is(owner, StatefulSet.KIND)) {
            StatefulSet found = statefulSets.get(pod.namespace(), owner.name());
            owners = found == null ? owners : LabelSelector.of(found.spec().selector());
        }
        List<Requirement> all = new ArrayList<>(LabelSelector.ofLabels(selected).requirements());
        all.addAll(owners.requirements());
        return all.isEmpty() ? LabelSelector.EVERYTHING : new LabelSelector(all, false);
    }

    private static boolean is(@Nullable OwnerReference owner, Kind<? extends KubeObject> kind) {
        return owner != null
                && owner.kind().equals(kind.kind())
                && owner.apiVersion().equals(kind.apiVersion());
    }
}
