package dev.proa.delivery;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Rollout;
import org.jspecify.annotations.Nullable;

/** The version of a Rollout that was found good last, and the way back to it. */
final class StableVersion {
    private final Client client;

    StableVersion(Client client) {
        this.client = client;
    }

    /** The ReplicaSet of the stable version; null when there is none, or it is the current one. */
    @Nullable
    ReplicaSet find(Rollout rollout) {
        String stable = rollout.status().stableRS();
        if (stable.isEmpty() || stable.equals(rollout.status().currentPodHash())) {
            return null;
        }
        return client.resource(ReplicaSet.KIND).in(rollout.namespace()).list().stream()
                .filter(set -> stable.equals(set.labels().get(Argo.POD_TEMPLATE_HASH)))
                .filter(set -> set.metadata().ownerReferences().stream()
                        .anyMatch(owner -> owner.uid().equals(rollout.uid())))
                .findFirst()
                .orElse(null);
    }

    /**
     * Gives a Rollout the pod template of its stable version back, which its controller then serves at once.
     *
     * @return what was done, for users; empty when there is nothing to go back to
     */
    String restore(String namespace, String name) {
        Rollout rollout = client.resource(Rollout.KIND).in(namespace).find(name);
        ReplicaSet stable = rollout == null ? null : find(rollout);
        if (rollout == null || stable == null || rollout.spec().workloadRef() != null) {
            return "";
        }
        try {
            client.resource(Rollout.KIND)
                    .in(namespace)
                    .patch(
                            name,
                            Patch.json(ListValue.of(MapValue.of(
                                    "op",
                                    "replace",
                                    "path",
                                    "/spec/template",
                                    "value",
                                    Rollback.template(stable.value())))));
        } catch (StatusException e) {
            return "it could not be taken back: " + e.getMessage() + "; try: proa rollback " + name;
        }
        String image = stable.spec().template().spec().containers().getFirst().image();
        return "It was taken back: the version before (" + image + ") has all requests again.";
    }
}
