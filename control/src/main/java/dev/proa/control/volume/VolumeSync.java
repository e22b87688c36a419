package dev.proa.control.volume;

import dev.proa.api.core.v1.ObjectReference;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.client.Client;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps the phase of a volume true, and reclaims it once its claim is gone. */
final class VolumeSync {
    private static final String RELEASED = "Released";
    private static final String FAILED = "Failed";

    private final Client client;
    private final Informer<PersistentVolume> volumes;
    private final Informer<PersistentVolumeClaim> claims;
    private final BindingWriter writer;
    private final EventRecorder events;
    private final Consumer<ObjectKey> wakeClaim;

    /** @param wakeClaim has a claim reconciled, which then completes the binding */
    VolumeSync(
            Client client,
            Informer<PersistentVolume> volumes,
            Informer<PersistentVolumeClaim> claims,
            BindingWriter writer,
            EventRecorder events,
            Consumer<ObjectKey> wakeClaim) {
        this.client = client;
        this.volumes = volumes;
        this.claims = claims;
        this.writer = writer;
        this.events = events;
        this.wakeClaim = wakeClaim;
    }

    Result reconcile(ObjectKey key) {
        PersistentVolume volume = volumes.get(key);
        if (volume == null) {
            writer.forgetVolume(key);
        } else if (!writer.isBehind(volume)) {
            sync(volume);
        }
        return Result.DONE;
    }

    private void sync(PersistentVolume volume) {
        if (volume.spec().claimRef().uid().isEmpty()) {
            writer.setPhase(
                    volume, BindingWriter.AVAILABLE); // it is nobody's, or is reserved for a claim that may come
            return;
        }
        PersistentVolumeClaim claim = claim(volume);
        if (claim == null) {
            release(volume);
        } else if (claim.spec().volumeName().isEmpty()) {
            complete(volume, claim);
        } else if (claim.spec().volumeName().equals(volume.name())) {
            writer.setPhase(volume, BindingWriter.BOUND);
        } else if (volume.annotations().containsKey(Volumes.PROVISIONED_BY) && isDeleted(volume)) {
            release(volume); // it was provisioned for a claim that has got another one
        } else {
            writer.unbind(volume);
        }
    }

    /** The claim that the volume points to; null when it is gone. Asks the server before it believes that. */
    private @Nullable PersistentVolumeClaim claim(PersistentVolume volume) {
        ObjectReference reference = volume.spec().claimRef();
        PersistentVolumeClaim claim = claims.get(reference.namespace(), reference.name());
        boolean mayBeNew = claim == null ? !isOver(volume) : !claim.uid().equals(reference.uid());
        if (mayBeNew) {
            claim = client.resource(PersistentVolumeClaim.KIND)
                    .in(reference.namespace())
                    .find(reference.name());
        }
        return claim != null && claim.uid().equals(reference.uid()) ? claim : null;
    }

    private void complete(PersistentVolume volume, PersistentVolumeClaim claim) {
        if (Volumes.hasOtherMode(volume, claim)) {
            events.warning(
                    volume,
                    "VolumeMismatch",
                    "Cannot bind PersistentVolume to requested PersistentVolumeClaim \"" + claim.name()
                            + "\" due to incompatible volumeMode.");
            events.warning(
                    claim,
                    "VolumeMismatch",
                    "Cannot bind PersistentVolume \"" + volume.name()
                            + "\" to requested PersistentVolumeClaim due to incompatible volumeMode.");
            return;
        }
        wakeClaim.accept(ObjectKey.of(claim.value()));
    }

    private static boolean isOver(PersistentVolume volume) {
        String phase = volume.status().phase();
        return phase.equals(RELEASED) || phase.equals(FAILED);
    }

    private static boolean isDeleted(PersistentVolume volume) {
        return volume.spec().persistentVolumeReclaimPolicy().equals("Delete");
    }

    private void release(PersistentVolume volume) {
        PersistentVolume released = isOver(volume) ? volume : writer.setPhase(volume, RELEASED);
        switch (released.spec().persistentVolumeReclaimPolicy()) {
            case "Retain" -> {}
            case "Delete" -> {
                String failure = whyNotDeleted(released);
                if (failure != null) {
                    fail(released, "VolumeFailedDelete", failure);
                }
            }
            case "Recycle" -> fail(released, "VolumeFailedRecycle", "No recycler plugin found for the volume!");
            default ->
                fail(released, "VolumeUnknownReclaimPolicy", "Volume has unrecognized PersistentVolumeReclaimPolicy");
        }
    }

    /** Why nobody is going to delete a volume; null when that is its provisioner's work. */
    private static @Nullable String whyNotDeleted(PersistentVolume volume) {
        String provisioner = volume.annotations().getOrDefault(Volumes.PROVISIONED_BY, "");
        if (provisioner.startsWith("kubernetes.io/")) {
            return "no volume plugin matched name: " + provisioner;
        }
        if (!provisioner.isEmpty() || volume.spec().hasCsi()) {
            return null;
        }
        String path = volume.spec().hostPath().path();
        if (volume.spec().hasHostPath() && !path.matches("/tmp/.+")) {
            return "host_path deleter only supports /tmp/.+ but received provided " + path;
        }
        String deletable = volume.spec().hasHostPath() || volume.spec().hasNfs() ? "deletable " : "";
        return "error getting deleter volume plugin for volume \"" + volume.name() + "\": no " + deletable
                + "volume plugin matched";
    }

    private void fail(PersistentVolume volume, String reason, String message) {
        if (!volume.status().phase().equals(FAILED)) {
            events.warning(writer.setPhase(volume, FAILED, message), reason, message);
        }
    }
}
