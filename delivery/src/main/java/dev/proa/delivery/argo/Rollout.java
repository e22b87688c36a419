package dev.proa.delivery.argo;

import dev.proa.api.meta.v1.ObjectMeta;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;

/** A workload that is updated by a canary or blue-green strategy instead of a Deployment's rolling update. */
public record Rollout(MapValue value) implements KubeObject {
    /** The resource of this kind. */
    public static final Kind<Rollout> KIND =
            new Kind<>(Argo.GROUP, Argo.VERSION, "Rollout", "rollouts", true, Rollout::new);

    @Override
    public Rollout withMetadata(ObjectMeta metadata) {
        return new Rollout(value.with("metadata", metadata.value()));
    }

    /** What is wanted. */
    public RolloutSpec spec() {
        return new RolloutSpec(value.map("spec"));
    }

    /** What the controller last saw and decided. */
    public RolloutStatus status() {
        return new RolloutStatus(value.map("status"));
    }

    public Rollout withStatus(RolloutStatus to) {
        return new Rollout(value.with("status", to.value()));
    }
}
