package dev.proa.control.volume;

import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.client.informer.Informer;
import dev.proa.control.shared.Owners;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads PersistentVolumeClaims, and pods for the claims that they use. */
public final class Claims {
    /** On a claim: its volume points to it, so that the binding counts. */
    public static final String BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
    /** On a claim or volume: the controller chose the other side, so that it may undo that. */
    public static final String BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
    /** On a claim: the node for which the scheduler wants a volume to be provisioned. */
    public static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";
    /** On a claim: who is to provision its volume. */
    public static final String STORAGE_PROVISIONER = "volume.kubernetes.io/storage-provisioner";

    static final String BETA_STORAGE_PROVISIONER = "volume.beta.kubernetes.io/storage-provisioner";
    static final String BETA_CLASS = "volume.beta.kubernetes.io/storage-class";
    private static final String DELAYED = "WaitForFirstConsumer";

    private Claims() {}

    /** A claim of a pod as the pod names it: {@code ephemeral} when it is made for the pod from a template. */
    public record Use(String claim, boolean ephemeral) {}

    /** The claims that a pod uses, in the order of its volumes. */
    public static List<Use> of(Pod pod) {
        ListValue volumes = pod.value().map("spec").list("volumes");
        List<Use> uses = new ArrayList<>(volumes.size());
        for (int i = 0; i < volumes.size(); i++) {
            Use use = of(pod, volumes.map(i));
            if (use != null) {
                uses.add(use);
            }
        }
        return uses;
    }

    private static @Nullable Use of(Pod pod, MapValue volume) {
        if (volume.has("persistentVolumeClaim")) {
            return new Use(volume.map("persistentVolumeClaim").string("claimName"), false);
        }
        return volume.has("ephemeral") ? new Use(ephemeralName(pod, volume.string("name")), true) : null;
    }

    /** The name of the claim that is made for a generic ephemeral volume. */
    public static String ephemeralName(Pod pod, Volume volume) {
        return ephemeralName(pod, volume.name());
    }

    private static String ephemeralName(Pod pod, String volume) {
        return pod.name() + "-" + volume;
    }

    /** Why the claim of an ephemeral volume is not the pod's; null when it is. */
    public static @Nullable String whyNotOwned(Pod pod, PersistentVolumeClaim claim) {
        return Owners.isControlledBy(claim, pod)
                ? null
                : "PVC " + key(claim) + " was not created for pod " + pod.namespace() + "/" + pod.name()
                        + " (pod is not owner)";
    }

    /** {@code namespace/name}. */
    public static String key(PersistentVolumeClaim claim) {
        return claim.namespace() + "/" + claim.name();
    }

    /** Whether it names a class, be it the empty one, which no default replaces. */
    static boolean hasClass(PersistentVolumeClaim claim) {
        return claim.annotations().containsKey(BETA_CLASS) || claim.spec().hasStorageClassName();
    }

    /** The name of its StorageClass; empty for none. */
    public static String className(PersistentVolumeClaim claim) {
        String beta = claim.annotations().get(BETA_CLASS);
        return beta == null ? claim.spec().storageClassName() : beta;
    }

    /** Whether volume and claim point to each other. */
    public static boolean isFullyBound(PersistentVolumeClaim claim) {
        return !claim.spec().volumeName().isEmpty() && claim.annotations().containsKey(BIND_COMPLETED);
    }

    /** Whether its class says that it is bound or provisioned only once the scheduler has chosen a node for a pod with it. */
    public static boolean isDelayed(PersistentVolumeClaim claim, Informer<StorageClass> classes) {
        String name = className(claim);
        StorageClass type = name.isEmpty() ? null : classes.get("", name);
        return type != null && isDelayed(type);
    }

    /** Whether volumes of the class wait for a pod with a node. */
    public static boolean isDelayed(StorageClass type) {
        return type.volumeBindingMode().equals(DELAYED);
    }

    /** How much storage it asks for. */
    public static Quantity requested(PersistentVolumeClaim claim) {
        return claim.spec().resources().requests().getOrDefault("storage", Quantity.ZERO);
    }

    /** {@code claim} with an annotation. */
    public static PersistentVolumeClaim withAnnotation(PersistentVolumeClaim claim, String name, String value) {
        return claim.withMetadata(metadata -> Volumes.with(metadata, name, value));
    }
}
