package dev.proa.delivery.rollout;

import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.KubeObject;
import dev.proa.delivery.argo.Rollout;

/** Which objects belong to a Rollout. */
final class Owners {
    private Owners() {}

    static boolean owns(Rollout rollout, KubeObject object) {
        return object.metadata().ownerReferences().stream()
                .filter(OwnerReference::controller)
                .anyMatch(owner -> owner.uid().equals(rollout.uid()));
    }

    /** The value of {@code ownerReferences} of what a Rollout makes. */
    static ListValue references(Rollout rollout) {
        return ListValue.of(MapValue.of(
                "apiVersion", Rollout.KIND.apiVersion(),
                "kind", Rollout.KIND.kind(),
                "name", rollout.name(),
                "uid", rollout.uid(),
                "controller", true,
                "blockOwnerDeletion", true));
    }
}
