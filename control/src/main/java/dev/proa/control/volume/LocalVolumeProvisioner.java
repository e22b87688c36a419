package dev.proa.control.volume;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Nodes;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Provisions volumes that are directories of nodes, for StorageClasses whose provisioner is {@link LocalVolumes#PROVISIONER}. The
 * scheduler chooses the node; the volume is a {@code local} one below the directory that the Node object names. The kubelet makes the
 * directory when a pod first mounts the volume, and removes it when the volume is deleted.
 *
 * <pre>
 *   claim with selected-node ─► PersistentVolume ─ claim gone ─► Released ─ node ready ─► deleted
 * </pre>
 */
public final class LocalVolumeProvisioner {
    private final ControlContext context;
    private final Informer<PersistentVolumeClaim> claims;
    private final Informer<PersistentVolume> volumes;
    private final Informer<StorageClass> classes;
    private final Informer<Node> nodes;
    private final EventRecorder events;

    public LocalVolumeProvisioner(ControlContext shared) {
        this.context = shared.as("persistent-volume-binder");
        this.claims = context.informers().informer(PersistentVolumeClaim.KIND);
        this.volumes = context.informers().informer(PersistentVolume.KIND);
        this.classes = context.informers().informer(StorageClass.KIND);
        this.nodes = context.informers().informer(Node.KIND);
        this.events = context.events(LocalVolumes.PROVISIONER);
        Index<PersistentVolume> byNode = volumes.indexBy(volume -> List.of(nodeOf(volume)));
        context.<ObjectKey>controller("local-volume-provisioner", this::provision)
                .needs(classes)
                .needs(nodes)
                .watch(claims, claim -> isOurs(claim) ? ObjectKey.of(claim.value()) : null);
        context.<ObjectKey>controller("local-volume-deleter", this::delete)
                .watch(volumes, volume -> isForDeletion(volume) ? ObjectKey.of(volume.value()) : null)
                .watchAll(nodes, (node, keys) -> released(byNode, node, keys));
    }

    private static void released(Index<PersistentVolume> byNode, Node node, Consumer<ObjectKey> keys) {
        byNode.get(node.name()).stream()
                .filter(LocalVolumeProvisioner::isForDeletion)
                .forEach(volume -> keys.accept(ObjectKey.of(volume.value())));
    }

    private static String nodeOf(PersistentVolume volume) {
        return volume.labels().getOrDefault(LocalVolumes.NODE_LABEL, "");
    }

    private static boolean isOurs(PersistentVolumeClaim claim) {
        return LocalVolumes.PROVISIONER.equals(claim.annotations().get(Claims.STORAGE_PROVISIONER))
                && claim.spec().volumeName().isEmpty()
                && !claim.isDeleting();
    }

    private static boolean isForDeletion(PersistentVolume volume) {
        String phase = volume.status().phase();
        return LocalVolumes.PROVISIONER.equals(volume.annotations().get(Volumes.PROVISIONED_BY))
                && (phase.equals("Released") || phase.equals("Failed"))
                && volume.spec().persistentVolumeReclaimPolicy().equals("Delete")
                && !volume.isDeleting();
    }

    private Result provision(ObjectKey key) {
        PersistentVolumeClaim claim = claims.get(key);
        if (claim == null || !isOurs(claim)) {
            return Result.DONE;
        }
        StorageClass type = classes.get("", Claims.className(claim));
        String selected = claim.annotations().getOrDefault(Claims.SELECTED_NODE, "");
        if (type == null
                || !type.provisioner().equals(LocalVolumes.PROVISIONER)
                || selected.isEmpty() && Claims.isDelayed(type)) {
            return Result.DONE;
        }
        Node node = nodes.get("", selected);
        String problem = LocalVolumes.whyNot(claim, selected, node);
        if (problem != null || node == null) {
            fail(claim, type, String.valueOf(problem));
            return Result.DONE;
        }
        PersistentVolume made = LocalVolumes.make(claim, type, node);
        if (volumes.get("", made.name()) == null) {
            create(claim, made);
        }
        return Result.DONE;
    }

    private void create(PersistentVolumeClaim claim, PersistentVolume made) {
        events.normal(
                claim,
                "Provisioning",
                "External provisioner is provisioning volume for claim \"" + Claims.key(claim) + "\"");
        try {
            context.client().resource(PersistentVolume.KIND).create(made);
            events.normal(claim, "ProvisioningSucceeded", "Successfully provisioned volume " + made.name());
        } catch (StatusException e) {
            if (e.code() != 409) {
                throw e;
            }
        }
    }

    /** The scheduler may choose another node once this one is taken back. */
    private void fail(PersistentVolumeClaim claim, StorageClass type, String problem) {
        events.warning(
                claim,
                "ProvisioningFailed",
                "failed to provision volume with StorageClass \"" + type.name() + "\": " + problem);
        if (claim.annotations().containsKey(Claims.SELECTED_NODE)) {
            context.client()
                    .resource(PersistentVolumeClaim.KIND)
                    .update(claim.withMetadata(metadata -> Volumes.without(metadata, Claims.SELECTED_NODE)));
        }
    }

    /** Deletes a volume only while its node can hear of it, or is gone for good, so that no directory is left behind. */
    private Result delete(ObjectKey key) {
        PersistentVolume volume = volumes.get(key);
        if (volume == null || !isForDeletion(volume) || !hears(nodes.get("", nodeOf(volume)))) {
            return Result.DONE;
        }
        try {
            context.client()
                    .resource(PersistentVolume.KIND)
                    .delete(volume.name(), DeleteOptions.EMPTY.withPreconditions(p -> p.withUid(volume.uid())));
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
        return Result.DONE;
    }

    private static boolean hears(@Nullable Node node) {
        return node == null || Nodes.isReady(node);
    }
}
