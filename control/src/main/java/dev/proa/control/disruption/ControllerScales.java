package dev.proa.control.disruption;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.ReplicationController;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.view.KubeObject;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.client.reconcile.Controller;
import dev.proa.control.shared.Owners;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how many pods the controllers of given pods want: Deployments, ReplicaSets, StatefulSets and ReplicationControllers by
 * informers, others by their subresource {@code scale}.
 */
final class ControllerScales {
    private final Informer<Deployment> deployments;
    private final Informer<ReplicaSet> replicaSets;
    private final Informer<StatefulSet> statefulSets;
    private final Informer<ReplicationController> replicationControllers;
    private final ScaleSubresources others;

    ControllerScales(InformerFactory informers, ScaleSubresources others) {
        this.deployments = informers.informer(Deployment.KIND);
        this.replicaSets = informers.informer(ReplicaSet.KIND);
        this.statefulSets = informers.informer(StatefulSet.KIND);
        this.replicationControllers = informers.informer(ReplicationController.KIND);
        this.others = others;
    }

    /** Has {@code controller} start after the informers that are read here. */
    void awaitedBy(Controller<?> controller) {
        controller.needs(deployments).needs(replicaSets).needs(statefulSets).needs(replicationControllers);
    }

    /**
     * What all controllers of some pods want together.
     *
     * @param unmanaged the names of pods without a controller
     */
    record Expected(int pods, List<String> unmanaged) {}

    /** A controller, and how many pods it wants. */
    record Scale(String uid, int replicas) {}

    /** @throws UnknownScaleException when a controller is not there or cannot be scaled */
    Expected of(Collection<Pod> pods) {
        Map<String, Integer> scales = new HashMap<>();
        Set<String> asked = new HashSet<>();
        List<String> unmanaged = new ArrayList<>();
        for (Pod pod : pods) {
            OwnerReference owner = Owners.controllerOf(pod);
            if (owner == null) {
                unmanaged.add(pod.name());
            } else if (asked.add(owner.uid())) {
                Scale scale = scale(pod.namespace(), owner);
                if (scale == null) {
                    throw new UnknownScaleException("found no controllers for pod \"" + pod.name() + "\"");
                }
                scales.put(scale.uid(), scale.replicas());
            }
        }
        return new Expected(scales.values().stream().mapToInt(Integer::intValue).sum(), unmanaged);
    }

    private @Nullable Scale scale(String namespace, OwnerReference owner) {
        Scale known = known(namespace, owner);
        return known == null ? others.find(namespace, owner) : known;
    }

    /** By what the informers know; null when they do not. */
    private @Nullable Scale known(String namespace, OwnerReference owner) {
        String api = owner.apiVersion();
        boolean apps = api.startsWith("apps/") || api.startsWith("extensions/");
        return switch (owner.kind()) {
            case "ReplicationController" ->
                api.indexOf('/') >= 0
                        ? null
                        : scale(
                                find(replicationControllers, namespace, owner),
                                rc -> rc.spec().replicas());
            case "ReplicaSet" -> apps ? ofReplicaSet(namespace, owner) : null;
            case "StatefulSet" ->
                api.startsWith("apps/")
                        ? scale(
                                find(statefulSets, namespace, owner),
                                set -> set.spec().replicas())
                        : null;
            default -> null;
        };
    }

    /** Of one that a Deployment has, the Deployment. */
    private @Nullable Scale ofReplicaSet(String namespace, OwnerReference owner) {
        ReplicaSet set = find(replicaSets, namespace, owner);
        OwnerReference above = set == null ? null : Owners.controllerOf(set);
        if (above == null || !above.kind().equals("Deployment")) {
            return scale(set, found -> found.spec().replicas());
        }
        return scale(find(deployments, namespace, above), found -> found.spec().replicas());
    }

    private static <T extends KubeObject> @Nullable Scale scale(@Nullable T object, ToIntFunction<T> replicas) {
        return object == null ? null : new Scale(object.uid(), replicas.applyAsInt(object));
    }

    private static <T extends KubeObject> @Nullable T find(
            Informer<T> informer, String namespace, OwnerReference owner) {
        T found = informer.get(namespace, owner.name());
        return found != null && found.uid().equals(owner.uid()) ? found : null;
    }

    /** How many pods are wanted cannot be told, for a reason that may last. */
    static final class UnknownScaleException extends RuntimeException {
        private static final long serialVersionUID = 1;

        UnknownScaleException(String message) {
            super(message);
        }
    }
}
