package dev.proa.control.volume;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.ObjectReference;
import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.meta.v1.ObjectMeta;
import dev.proa.api.selector.NodeSelectors;
import dev.proa.api.value.Quantity;
import dev.proa.client.reconcile.EventRecorder;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads PersistentVolumes, and points them to claims. */
public final class Volumes {
    /** On a volume: the provisioner that made it, which also deletes it. */
    public static final String PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";

    private static final String FILESYSTEM = "Filesystem";

    private Volumes() {}

    /** The name of its StorageClass; empty for none. */
    public static String className(PersistentVolume volume) {
        String beta = volume.annotations().get(Claims.BETA_CLASS);
        return beta == null ? volume.spec().storageClassName() : beta;
    }

    /** How much it holds. */
    public static Quantity capacity(PersistentVolume volume) {
        return volume.spec().capacity().getOrDefault("storage", Quantity.ZERO);
    }

    /** Whether it points to the claim, by name or, once the binding has begun, also by uid. */
    public static boolean isBoundTo(PersistentVolume volume, PersistentVolumeClaim claim) {
        if (!volume.spec().hasClaimRef()) {
            return false;
        }
        ObjectReference reference = volume.spec().claimRef();
        return reference.name().equals(claim.name())
                && reference.namespace().equals(claim.namespace())
                && (reference.uid().isEmpty() || reference.uid().equals(claim.uid()));
    }

    /** {@code volume} pointing to {@code claim}; the same object when it does so already. */
    public static PersistentVolume bind(PersistentVolume volume, PersistentVolumeClaim claim) {
        boolean chosen = !isBoundTo(volume, claim);
        if (!chosen && volume.spec().claimRef().uid().equals(claim.uid())) {
            return volume;
        }
        PersistentVolume bound = volume.withSpec(spec -> spec.withClaimRef(EventRecorder.reference(claim)));
        return chosen ? bound.withMetadata(metadata -> with(metadata, Claims.BOUND_BY_CONTROLLER, "yes")) : bound;
    }

    /** Whether it can be used on the node. */
    public static boolean isReachable(PersistentVolume volume, Node node) {
        return !volume.spec().nodeAffinity().hasRequired()
                || NodeSelectors.matchesAny(
                        volume.spec().nodeAffinity().required().nodeSelectorTerms(), node);
    }

    /** Whether one is a file system and the other a block device. */
    static boolean hasOtherMode(PersistentVolume volume, PersistentVolumeClaim claim) {
        return !mode(claim.spec().volumeMode()).equals(mode(volume.spec().volumeMode()));
    }

    private static String mode(String mode) {
        return mode.isEmpty() ? FILESYSTEM : mode;
    }

    /** Why a claim that asks for this volume cannot have it; null when it can. */
    static @Nullable String mismatch(PersistentVolume volume, PersistentVolumeClaim claim) {
        if (volume.isDeleting()) {
            return "the volume is marked for deletion \"" + volume.name() + "\"";
        }
        if (capacity(volume).value() < Claims.requested(claim).value()) {
            return "requested PV is too small";
        }
        if (!className(volume).equals(Claims.className(claim))) {
            return "storageClassName does not match";
        }
        if (!volume.spec().volumeAttributesClassName().equals(claim.spec().volumeAttributesClassName())) {
            return "volumeAttributesClassName does not match";
        }
        if (hasOtherMode(volume, claim)) {
            return "incompatible volumeMode";
        }
        return volume.spec().accessModes().containsAll(claim.spec().accessModes()) ? null : "incompatible accessMode";
    }

    static ObjectMeta with(ObjectMeta metadata, String annotation, String value) {
        Map<String, String> annotations = new HashMap<>(metadata.annotations());
        annotations.put(annotation, value);
        return metadata.withAnnotations(annotations);
    }

    static ObjectMeta without(ObjectMeta metadata, String annotation) {
        Map<String, String> annotations = new HashMap<>(metadata.annotations());
        annotations.remove(annotation);
        return annotations.isEmpty() ? metadata.withoutAnnotations() : metadata.withAnnotations(annotations);
    }
}
