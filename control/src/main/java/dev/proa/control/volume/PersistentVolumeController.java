package dev.proa.control.volume;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.control.shared.ControlContext;
import java.util.List;
import java.util.function.Consumer;

/**
 * Binds PersistentVolumes and PersistentVolumeClaims to each other. Each side has a queue; a binding is written by the claim's.
 *
 * <pre>
 *   claim ─► ClaimSync ── claimRef, volumeName ─► both bound
 *              ▲  │ no volume: annotation for the provisioner
 *              │  ▼
 *   volume ─► VolumeSync ── claim gone ─► Released ─► retained, or deleted by whoever provisioned it
 * </pre>
 */
public final class PersistentVolumeController {
    private static final String NAME = "persistentvolume-controller";

    private final Informer<PersistentVolumeClaim> claims;
    private final Index<PersistentVolumeClaim> unbound;
    private final Index<PersistentVolumeClaim> byVolume;

    public PersistentVolumeController(ControlContext shared) {
        ControlContext context = shared.as("persistent-volume-binder");
        this.claims = context.informers().informer(PersistentVolumeClaim.KIND);
        this.unbound = claims.indexBy(claim ->
                claim.annotations().containsKey(Claims.BIND_COMPLETED) ? List.of() : List.of(Claims.className(claim)));
        this.byVolume = claims.indexBy(claim -> List.of(claim.spec().volumeName()));
        Informer<PersistentVolume> volumes = context.informers().informer(PersistentVolume.KIND);
        Informer<StorageClass> classes = context.informers().informer(StorageClass.KIND);
        Index<Pod> podsByClaim = context.pods().informer().indexBy(PersistentVolumeController::claimKeys);
        EventRecorder events = context.events(NAME);
        BindingWriter writer = new BindingWriter(context.client());
        ClaimSync claimSync = new ClaimSync(claims, volumes, classes, podsByClaim, writer, events);
        Controller<ObjectKey> claimQueue = context.controller("persistentvolumeclaim-binder", claimSync::reconcile);
        VolumeSync volumeSync =
                new VolumeSync(context.client(), volumes, claims, writer, events, claimQueue.queue()::add);
        claimQueue
                .needs(context.pods().informer())
                .watch(claims, claim -> ObjectKey.of(claim.value()))
                .watchAll(volumes, this::claimsFor)
                .watchAll(classes, this::claimsOf);
        Controller<ObjectKey> volumeQueue = context.controller("persistentvolume-binder", volumeSync::reconcile);
        volumeQueue.watch(volumes, volume -> ObjectKey.of(volume.value())).watchWith(claims, new EventHandler<>() {
            @Override
            public void deleted(PersistentVolumeClaim last) {
                if (!last.spec().volumeName().isEmpty()) {
                    volumeQueue.queue().add(new ObjectKey("", last.spec().volumeName()));
                }
            }
        });
    }

    private static List<String> claimKeys(Pod pod) {
        return Claims.of(pod).stream()
                .map(use -> pod.namespace() + "/" + use.claim())
                .toList();
    }

    /** The claim that a volume points to; those that name a volume that points to none, or may take it. */
    private void claimsFor(PersistentVolume volume, Consumer<ObjectKey> keys) {
        if (volume.spec().hasClaimRef()) {
            keys.accept(new ObjectKey(
                    volume.spec().claimRef().namespace(),
                    volume.spec().claimRef().name()));
            return;
        }
        byVolume.get(volume.name()).forEach(claim -> keys.accept(ObjectKey.of(claim.value())));
        for (PersistentVolumeClaim claim : unbound.get(Volumes.className(volume))) {
            if (VolumeMatching.find(claim, List.of(volume), false) != null) {
                keys.accept(ObjectKey.of(claim.value()));
            }
        }
    }

    /** The claims that wait for a class, or for a default one. */
    private void claimsOf(StorageClass type, Consumer<ObjectKey> keys) {
        unbound.get(type.name()).forEach(claim -> keys.accept(ObjectKey.of(claim.value())));
        if (DefaultClass.isDefault(type)) {
            unbound.get("").forEach(claim -> keys.accept(ObjectKey.of(claim.value())));
        }
    }
}
