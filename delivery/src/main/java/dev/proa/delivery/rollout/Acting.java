package dev.proa.delivery.rollout;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Service;
import dev.proa.api.meta.v1.ObjectMeta;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.PodTemplateMetadata;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.traffic.TrafficException;
import dev.proa.delivery.traffic.TrafficRouter;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Does what a plan says, for one Rollout and one plan. */
final class Acting {
    private static final MapValue TERMINATE = MapValue.of("spec", MapValue.of("terminate", true));

    private final Client client;
    private final EventRecorder events;
    private final Rollout rollout;
    private final Situation situation;
    private final List<TrafficRouter> routers;
    /** ReplicaSets as they were written last, since several actions may be about one. */
    private final Map<String, ReplicaSet> written = new HashMap<>();

    Acting(Client client, EventRecorder events, Rollout rollout, Situation situation, List<TrafficRouter> routers) {
        this.client = client;
        this.events = events;
        this.rollout = rollout;
        this.situation = situation;
        this.routers = routers;
    }

    void perform(Action action) {
        switch (action) {
            case Action.Scale(Version version, int to, boolean drop) -> scale(version, to, drop);
            case Action.SetDeadline(Version version, @Nullable Instant deadline) -> deadline(version, deadline);
            case Action.Delete(Version version) -> delete(client.resource(ReplicaSet.KIND), version.set());
            case Action.SwitchService(String service, String hash) -> switchService(service, hash);
            case Action.RemoveRoutes() -> route(TrafficRouter::removeManagedRoutes);
            case Action.HeaderRoute(var route) -> route(router -> router.setHeaderRoute(route));
            case Action.MirrorRoute(var route) -> route(router -> router.setMirrorRoute(route));
            case Action.Split split -> route(router -> split(router, split));
            case Action.StartRun(AnalysisRun run) ->
                client.resource(AnalysisRun.KIND).create(run);
            case Action.EndRun(AnalysisRun run) -> terminate(client.resource(AnalysisRun.KIND), run);
            case Action.DeleteRun(AnalysisRun run) -> delete(client.resource(AnalysisRun.KIND), run);
            case Action.StartExperiment(Experiment experiment) ->
                client.resource(Experiment.KIND).create(experiment);
            case Action.EndExperiment(Experiment experiment) -> terminate(client.resource(Experiment.KIND), experiment);
            case Action.DeleteExperiment(Experiment experiment) -> delete(client.resource(Experiment.KIND), experiment);
            case Action.Evict(Pod pod) -> evict(pod);
            case Action.SetPodMetadata(Version version, @Nullable PodTemplateMetadata metadata, List<Pod> pods) ->
                podMetadata(version, metadata, pods);
            case Action.ScaleWorkload(int to) -> WorkloadReference.scale(client, rollout, to);
            case Action.RestoreTemplate(Version version, String reason) -> restore(version, reason);
        }
    }

    private void scale(Version version, int to, boolean dropDeadline) {
        int from = latest(version).spec().replicas();
        write(latest(version).withSpec(spec -> spec.withReplicas(to)).withMetadata(metadata -> {
            Map<String, String> annotations = new HashMap<>(metadata.annotations());
            annotations.put(Argo.DESIRED_REPLICAS, String.valueOf(situation.replicas()));
            if (dropDeadline) {
                annotations.remove(Argo.SCALE_DOWN_DEADLINE);
            }
            return metadata.withAnnotations(annotations);
        }));
        if (from != to) {
            events.normal(
                    rollout,
                    "ScalingReplicaSet",
                    "Scaled " + (from < to ? "up" : "down") + " ReplicaSet " + version.name() + " (revision "
                            + version.revision() + ") from " + from + " to " + to);
        }
    }

    private void deadline(Version version, @Nullable Instant deadline) {
        write(latest(version).withMetadata(metadata -> {
            Map<String, String> annotations = new HashMap<>(metadata.annotations());
            if (deadline == null) {
                annotations.remove(Argo.SCALE_DOWN_DEADLINE);
            } else {
                annotations.put(Argo.SCALE_DOWN_DEADLINE, Times.format(deadline));
            }
            return metadata.withAnnotations(annotations);
        }));
    }

    private ReplicaSet latest(Version version) {
        return written.getOrDefault(version.name(), version.set());
    }

    private void write(ReplicaSet set) {
        written.put(set.name(), client.resource(ReplicaSet.KIND).update(set));
    }

    private void switchService(String name, String hash) {
        String before = situation.selected(name);
        client.resource(Service.KIND)
                .in(rollout.namespace())
                .patch(
                        name,
                        Patch.merge(MapValue.of(
                                "metadata",
                                MapValue.of("annotations", MapValue.of(Argo.MANAGED_BY, rollout.name())),
                                "spec",
                                MapValue.of("selector", MapValue.of(Argo.POD_TEMPLATE_HASH, hash)))));
        if (!before.equals(hash)) {
            events.normal(
                    rollout,
                    "SwitchService",
                    "Switched selector for service '" + name + "' from '" + before + "' to '" + hash + "'");
        }
    }

    private interface Routing {
        void on(TrafficRouter router);
    }

    private void route(Routing routing) {
        for (TrafficRouter router : routers) {
            try {
                routing.on(router);
            } catch (TrafficException e) {
                events.warning(rollout, "TrafficRoutingError", router.type() + ": " + e.getMessage());
                throw e;
            }
        }
    }

    private static void split(TrafficRouter router, Action.Split split) {
        if (split.weightFirst()) {
            router.setWeight(split.weight(), split.additional());
        }
        router.updateHash(split.canaryHash(), split.stableHash(), split.additional());
        router.setWeight(split.weight(), split.additional());
    }

    private static <T extends KubeObject> void terminate(ResourceClient<T> resource, T object) {
        try {
            resource.in(object.namespace()).patch(object.name(), Patch.merge(TERMINATE));
        } catch (StatusException e) {
            ignoreMissing(e);
        }
    }

    private static <T extends KubeObject> void delete(ResourceClient<T> resource, T object) {
        try {
            resource.in(object.namespace()).delete(object.name());
        } catch (StatusException e) {
            ignoreMissing(e);
        }
    }

    private static void ignoreMissing(StatusException e) {
        if (e.code() != 404) {
            throw e;
        }
    }

    /** A disruption budget may refuse; the pod is tried again later. */
    private void evict(Pod pod) {
        try {
            client.resource(Pod.KIND)
                    .in(pod.namespace())
                    .subresource(
                            "create",
                            pod.name(),
                            "eviction",
                            MapValue.of(
                                    "apiVersion",
                                    "policy/v1",
                                    "kind",
                                    "Eviction",
                                    "metadata",
                                    MapValue.of("name", pod.name(), "namespace", pod.namespace())));
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 429) {
                throw e;
            }
        }
    }

    /** The ReplicaSet comes last, since its annotation says what pods were given: until then the pods are found to differ again. */
    private void podMetadata(Version version, @Nullable PodTemplateMetadata metadata, List<Pod> pods) {
        PodTemplateMetadata given = PodMetadata.given(version);
        ReplicaSet set = latest(version);
        ObjectMeta template = set.spec().template().metadata();
        ObjectMeta changed = PodMetadata.changed(template, given, metadata);
        for (Pod pod : pods) {
            ObjectMeta next = PodMetadata.changed(pod.metadata(), given, metadata);
            try {
                client.resource(Pod.KIND).update(pod.withMetadata(next));
            } catch (StatusException e) {
                ignoreMissing(e);
            }
        }
        write(set.withSpec(spec -> spec.withTemplate(t -> t.withMetadata(changed)))
                .withMetadata(m -> {
                    Map<String, String> annotations = new HashMap<>(m.annotations());
                    if (metadata == null) {
                        annotations.remove(Argo.EPHEMERAL_METADATA);
                    } else {
                        annotations.put(Argo.EPHEMERAL_METADATA, Json.toString(metadata.value()));
                    }
                    return m.withAnnotations(annotations);
                }));
    }

    private void restore(Version version, String reason) {
        PodTemplates.restore(client, rollout, version, reason);
        events.warning(
                rollout,
                "RolloutRestored",
                "Gave the pod template of revision " + version.revision() + " back, since the update was aborted: "
                        + reason);
    }
}
