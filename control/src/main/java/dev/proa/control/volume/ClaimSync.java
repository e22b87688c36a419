package dev.proa.control.volume;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Brings a claim to its volume: finds one, has one provisioned, or says why there is none. */
final class ClaimSync {
    /** How often a claim that waits is looked at although nothing has changed. */
    private static final Duration RESYNC = Duration.ofSeconds(15);

    private static final Result LATER = Result.after(RESYNC);
    /** An event of the volume wakes the claim before that, unless the volume has gone to another claim. */
    private static final Result SOON = Result.after(Duration.ofSeconds(1));
    /** Provisioners of Kubernetes itself, none of which is left. */
    private static final String IN_TREE = "kubernetes.io/";

    private final Informer<PersistentVolumeClaim> claims;
    private final Informer<PersistentVolume> volumes;
    private final Informer<StorageClass> classes;
    private final Index<Pod> podsByClaim;
    private final BindingWriter writer;
    private final EventRecorder events;

    ClaimSync(
            Informer<PersistentVolumeClaim> claims,
            Informer<PersistentVolume> volumes,
            Informer<StorageClass> classes,
            Index<Pod> podsByClaim,
            BindingWriter writer,
            EventRecorder events) {
        this.claims = claims;
        this.volumes = volumes;
        this.classes = classes;
        this.podsByClaim = podsByClaim;
        this.writer = writer;
        this.events = events;
    }

    Result reconcile(ObjectKey key) {
        PersistentVolumeClaim claim = claims.get(key);
        if (claim == null) {
            writer.forgetClaim(key);
            return Result.DONE;
        }
        if (writer.isBehind(claim)) {
            return Result.DONE;
        }
        if (claim.annotations().containsKey(Claims.BIND_COMPLETED)) {
            return bound(claim);
        }
        return claim.spec().volumeName().isEmpty() ? choose(claim) : requested(claim);
    }

    /** The claim does not say which volume it wants. */
    private Result choose(PersistentVolumeClaim claim) {
        boolean delayed = Claims.isDelayed(claim, classes);
        PersistentVolume volume = VolumeMatching.find(claim, volumes.list(), delayed);
        if (volume != null) {
            writer.bind(volume, claim);
            return Result.DONE;
        }
        if (setDefaultClass(claim)) {
            return Result.DONE;
        }
        if (delayed && !claim.annotations().containsKey(Claims.SELECTED_NODE)) {
            sayThatItWaits(claim);
        } else if (!Claims.className(claim).isEmpty()) {
            provision(claim);
            return LATER;
        } else {
            events.normal(
                    claim,
                    "FailedBinding",
                    "no persistent volumes available for this claim and no storage class is set");
        }
        writer.setStatus(claim, BindingWriter.PENDING, null);
        return LATER;
    }

    /** A claim from before there was a default class gets it now (KEP-3333). */
    private boolean setDefaultClass(PersistentVolumeClaim claim) {
        StorageClass standard = Claims.hasClass(claim) ? null : DefaultClass.of(classes.list());
        if (standard == null) {
            return false;
        }
        writer.update(claim.withSpec(spec -> spec.withStorageClassName(standard.name())));
        return true;
    }

    private void sayThatItWaits(PersistentVolumeClaim claim) {
        List<String> waiting = podsByClaim.get(Claims.key(claim)).stream()
                .filter(pod -> !Pods.isFinished(pod) && pod.spec().nodeName().isEmpty())
                .map(Pod::name)
                .sorted()
                .toList();
        if (waiting.isEmpty()) {
            events.normal(claim, "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
        } else {
            String pods = (waiting.size() == 1 ? "pod " : "pods ") + String.join(",", waiting);
            events.normal(claim, "WaitForPodScheduled", "waiting for " + pods + " to be scheduled");
        }
    }

    /** Asks the provisioner of the claim's class, by an annotation, to make a volume. */
    private void provision(PersistentVolumeClaim claim) {
        String name = Claims.className(claim);
        StorageClass type = classes.get("", name);
        if (type == null) {
            failProvisioning(claim, "storageclass.storage.k8s.io \"" + name + "\" not found");
            return;
        }
        String provisioner = type.provisioner();
        if (provisioner.startsWith(IN_TREE)) {
            failProvisioning(claim, "no volume plugin matched name: " + provisioner);
            return;
        }
        PersistentVolumeClaim asking = claim;
        if (!provisioner.equals(claim.annotations().get(Claims.STORAGE_PROVISIONER))) {
            asking = writer.update(Claims.withAnnotation(
                    Claims.withAnnotation(claim, Claims.BETA_STORAGE_PROVISIONER, provisioner),
                    Claims.STORAGE_PROVISIONER,
                    provisioner));
        }
        events.normal(
                asking,
                "ExternalProvisioning",
                "Waiting for a volume to be created either by the external provisioner '" + provisioner
                        + "' or manually by the system administrator. If volume creation is delayed, please verify that"
                        + " the provisioner is running and correctly registered.");
    }

    private void failProvisioning(PersistentVolumeClaim claim, String why) {
        events.warning(claim, "ProvisioningFailed", why);
    }

    /** The claim names a volume and is not bound yet. */
    private Result requested(PersistentVolumeClaim claim) {
        PersistentVolume volume = volumes.get("", claim.spec().volumeName());
        if (volume == null) {
            writer.setStatus(claim, BindingWriter.PENDING, null);
            return Result.DONE; // its volume wakes it
        }
        if (Volumes.isBoundTo(volume, claim)) {
            writer.bind(volume, claim);
            return Result.DONE;
        }
        if (volume.spec().hasClaimRef()) {
            events.warning(
                    claim, "FailedBinding", "volume \"" + volume.name() + "\" already bound to a different claim.");
            writer.setStatus(claim, BindingWriter.PENDING, null);
            return LATER;
        }
        String mismatch = Volumes.mismatch(volume, claim);
        if (mismatch == null) {
            writer.bind(volume, claim);
            return Result.DONE;
        }
        events.warning(
                claim, "VolumeMismatch", "Cannot bind to requested volume \"" + volume.name() + "\": " + mismatch);
        writer.setStatus(claim, BindingWriter.PENDING, null);
        return LATER;
    }

    /** The claim was bound: its volume must be there and point to it. */
    private Result bound(PersistentVolumeClaim claim) {
        String name = claim.spec().volumeName();
        PersistentVolume volume = name.isEmpty() ? null : volumes.get("", name);
        if (volume != null && writer.isBehind(volume)) {
            return SOON;
        }
        boolean lost = claim.status().phase().equals("Lost");
        if (!lost && !name.isEmpty() && !belongsTo(claim, volume)) {
            volume = writer.read(name); // the cache of volumes may be older than that of claims
        }
        if (volume != null && belongsTo(claim, volume)) {
            writer.bind(volume, claim);
            return Result.DONE;
        }
        if (!lost) {
            lose(claim, volume);
        }
        return LATER; // the volume may come back
    }

    private static boolean belongsTo(PersistentVolumeClaim claim, @Nullable PersistentVolume volume) {
        return volume != null
                && (!volume.spec().hasClaimRef()
                        || volume.spec().claimRef().uid().equals(claim.uid()));
    }

    private void lose(PersistentVolumeClaim claim, @Nullable PersistentVolume volume) {
        PersistentVolumeClaim written = writer.setStatus(claim, "Lost", null);
        if (volume != null) {
            events.warning(
                    written, "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
            return;
        }
        String what = claim.spec().volumeName().isEmpty() ? "reference to PersistentVolume" : "its PersistentVolume";
        events.warning(written, "ClaimLost", "Bound claim has lost " + what + ". Data on the volume is lost!");
    }
}
