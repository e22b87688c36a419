package dev.proa.control.protection;

import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.Informer;
import dev.proa.control.shared.ControlContext;
import java.util.List;
import java.util.function.Consumer;

/**
 * Lets PersistentVolumeClaims go that are being deleted once no pod on a node uses them. A node starts no pod with a claim that is being
 * deleted, so that pods without a node do not count.
 */
public final class VolumeClaimProtectionController {
    private static final String FINALIZER = "kubernetes.io/pvc-protection";

    private final ControlContext context;
    private final Informer<Pod> pods;

    public VolumeClaimProtectionController(ControlContext shared) {
        this.context = shared.as("pvc-protection-controller");
        this.pods = context.pods().informer();
        new Protection<>(
                        context,
                        "persistentvolumeclaim-protection-controller",
                        PersistentVolumeClaim.KIND,
                        FINALIZER,
                        this::isUsed)
                .controller()
                .watchAll(pods, VolumeClaimProtectionController::claims);
    }

    private boolean isUsed(PersistentVolumeClaim claim) {
        return uses(pods.list(claim.namespace()), claim)
                // a pod that was bound a moment ago may not be seen yet
                || uses(
                        context.client()
                                .resource(Pod.KIND)
                                .in(claim.namespace())
                                .list(),
                        claim);
    }

    private static boolean uses(List<Pod> pods, PersistentVolumeClaim claim) {
        return pods.stream().anyMatch(pod -> uses(pod.value(), claim));
    }

    private static boolean uses(MapValue pod, PersistentVolumeClaim claim) {
        if (pod.map("spec").string("nodeName").isEmpty()) {
            return false;
        }
        ListValue volumes = pod.map("spec").list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            MapValue volume = volumes.map(i);
            if (volume.map("persistentVolumeClaim").string("claimName").equals(claim.name())
                    || volume.has("ephemeral")
                            && !isShutDown(pod)
                            && ephemeral(pod, volume).equals(claim.name())
                            && isControlledBy(claim, pod)) {
                return true;
            }
        }
        return false;
    }

    /** Whether its node is done with the pod, or somebody forced its deletion. */
    private static boolean isShutDown(MapValue pod) {
        MapValue metadata = pod.map("metadata");
        return metadata.has("deletionTimestamp") && metadata.integer("deletionGracePeriodSeconds", -1) == 0;
    }

    private static String ephemeral(MapValue pod, MapValue volume) {
        return pod.map("metadata").string("name") + "-" + volume.string("name");
    }

    private static boolean isControlledBy(PersistentVolumeClaim claim, MapValue pod) {
        ListValue owners = claim.value().map("metadata").list("ownerReferences");
        for (int i = 0; i < owners.size(); i++) {
            if (owners.map(i).bool("controller")) {
                return owners.map(i).string("uid").equals(pod.map("metadata").string("uid"));
            }
        }
        return false;
    }

    /** The claims that a pod may use. */
    private static void claims(Pod pod, Consumer<ObjectKey> keys) {
        ListValue volumes = pod.value().map("spec").list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            String claim = volumes.map(i).has("ephemeral")
                    ? ephemeral(pod.value(), volumes.map(i))
                    : volumes.map(i).map("persistentVolumeClaim").string("claimName");
            if (!claim.isEmpty()) {
                keys.accept(new ObjectKey(pod.namespace(), claim));
            }
        }
    }
}
