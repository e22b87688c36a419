package dev.proa.delivery.rollout;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.PodTemplate;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.ObjectRef;
import dev.proa.delivery.argo.Rollout;
import org.jspecify.annotations.Nullable;

/** The workload whose pod template a Rollout takes. */
final class WorkloadReference {
    private WorkloadReference() {}

    /**
     * What became of the reference.
     *
     * @param rollout with the workload's template and selector; as it was when it refers to none
     * @param problem what is wrong; empty for nothing
     * @param generation of the workload; empty when there is none
     */
    record Resolved(Rollout rollout, String problem, String generation) {}

    static Resolved resolve(Client client, Rollout rollout) {
        ObjectRef ref = rollout.spec().workloadRef();
        if (ref == null) {
            return new Resolved(rollout, "", "");
        }
        if (!rollout.spec().template().spec().containers().isEmpty()) {
            return new Resolved(rollout, "template must be empty for workload reference rollout", "");
        }
        Kind<AnyObject> kind = kind(ref);
        if (kind == null) {
            return new Resolved(
                    rollout,
                    "workload of type " + ref.apiVersion() + "/" + ref.kind()
                            + " is not supported; it may be a Deployment, a ReplicaSet or a PodTemplate",
                    "");
        }
        AnyObject workload = client.resource(kind).in(rollout.namespace()).find(ref.name());
        if (workload == null) {
            return new Resolved(rollout, kind.resource() + " \"" + ref.name() + "\" not found", "");
        }
        MapValue source = kind.kind().equals("PodTemplate")
                ? workload.value()
                : workload.value().map("spec");
        MapValue spec = rollout.spec().value().with("template", source.map("template"));
        if (!spec.has("selector") && source.has("selector")) {
            spec = spec.with("selector", source.map("selector"));
        }
        return new Resolved(
                new Rollout(rollout.value().with("spec", spec)),
                "",
                String.valueOf(workload.metadata().generation()));
    }

    /** Gives the workload this many pods. */
    static void scale(Client client, Rollout rollout, int to) {
        ObjectRef ref = rollout.spec().workloadRef();
        Kind<AnyObject> kind = ref == null ? null : kind(ref);
        if (ref == null || kind == null || kind.kind().equals("PodTemplate")) {
            return;
        }
        ResourceClient<AnyObject> resource = client.resource(kind).in(rollout.namespace());
        AnyObject workload = resource.find(ref.name());
        if (workload != null && workload.value().map("spec").integer("replicas", 1) != to) {
            resource.patch(ref.name(), Patch.merge(MapValue.of("spec", MapValue.of("replicas", (long) to))));
        }
    }

    /** Notes the workload's generation at the Rollout, where clients look for it. */
    static Rollout noted(Client client, Rollout rollout, String generation) {
        if (generation.isEmpty() || generation.equals(rollout.annotations().get(Argo.WORKLOAD_GENERATION))) {
            return rollout;
        }
        return client.resource(Rollout.KIND)
                .in(rollout.namespace())
                .patch(
                        rollout.name(),
                        Patch.merge(MapValue.of(
                                "metadata",
                                MapValue.of("annotations", MapValue.of(Argo.WORKLOAD_GENERATION, generation)))));
    }

    private static @Nullable Kind<AnyObject> kind(ObjectRef ref) {
        for (Kind<?> kind : new Kind<?>[] {Deployment.KIND, ReplicaSet.KIND, PodTemplate.KIND}) {
            if (kind.kind().equals(ref.kind()) && kind.apiVersion().equals(ref.apiVersion())) {
                return Kind.any(kind.group(), kind.version(), kind.kind(), kind.plural(), true);
            }
        }
        return null;
    }
}
