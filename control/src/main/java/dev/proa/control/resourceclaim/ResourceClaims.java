package dev.proa.control.resourceclaim;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodResourceClaim;
import dev.proa.api.core.v1.PodResourceClaimStatus;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.resource.v1.ResourceClaimConsumerReference;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.shared.Owners;
import dev.proa.control.shared.Pods;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the ResourceClaims of pods. */
public final class ResourceClaims {
    /** Keeps a claim while it is allocated. */
    public static final String FINALIZER = "resource.kubernetes.io/delete-protection";

    /** On a claim made from a template: which of the pod's claims it is. */
    static final String POD_CLAIM_NAME = "resource.kubernetes.io/pod-claim-name";

    private static final int MOST_CONSUMERS = 256;

    private ResourceClaims() {}

    /** What a claim of a pod stands for. */
    public sealed interface Reference {
        /** @param generated whether it is made for the pod, and must be the pod's */
        record Named(String claim, boolean generated) implements Reference {}

        /** The pod can do without: nothing has to be made for it. */
        record NotNeeded() implements Reference {}

        /** It is still to be made from a template. */
        record NotCreated(String message) implements Reference {}
    }

    /** What {@code claim}, one of the pod's, stands for. */
    public static Reference of(Pod pod, PodResourceClaim claim) {
        if (claim.hasResourceClaimName()) {
            return new Reference.Named(claim.resourceClaimName(), false);
        }
        for (PodResourceClaimStatus status : pod.status().resourceClaimStatuses()) {
            if (status.name().equals(claim.name())) {
                return status.hasResourceClaimName()
                        ? new Reference.Named(status.resourceClaimName(), true)
                        : new Reference.NotNeeded();
            }
        }
        return new Reference.NotCreated(
                "pod \"" + pod.namespace() + "/" + pod.name() + "\": ResourceClaim not created yet");
    }

    /** Whether a pod has claims at all. */
    public static boolean hasAny(Pod pod) {
        return !pod.value().map("spec").list("resourceClaims").isEmpty();
    }

    /** The names of those claims of a pod that have one, as {@code namespace/name}. */
    static List<String> keys(Pod pod) {
        if (!hasAny(pod)) {
            return List.of();
        }
        List<String> keys = new ArrayList<>();
        for (PodResourceClaim claim : pod.spec().resourceClaims()) {
            if (of(pod, claim) instanceof Reference.Named(String name, boolean generated)) {
                keys.add(pod.namespace() + "/" + name);
            }
        }
        return keys;
    }

    /** Why a claim made from a template is not the pod's; null when it is. */
    public static @Nullable String whyNotOwned(Pod pod, ResourceClaim claim) {
        return Owners.isControlledBy(claim, pod)
                ? null
                : "ResourceClaim " + claim.namespace() + "/" + claim.name() + " was not created for Pod "
                        + pod.namespace() + "/" + pod.name() + " (Pod is not owner)";
    }

    public static boolean isAllocated(ResourceClaim claim) {
        return claim.status().hasAllocation();
    }

    public static boolean isReservedFor(ResourceClaim claim, Pod pod) {
        return claim.status().reservedFor().stream()
                .anyMatch(consumer -> consumer.uid().equals(pod.uid()));
    }

    /** Whether one more pod may use it. */
    public static boolean canBeReserved(ResourceClaim claim) {
        return claim.status().reservedFor().size() < MOST_CONSUMERS;
    }

    /** {@code claim} reserved for one more pod. */
    public static ResourceClaim reserve(ResourceClaim claim, Pod pod) {
        MapValue consumer = MapValue.of("resource", "pods", "name", pod.name(), "uid", pod.uid());
        return claim.withStatus(status -> {
            List<ResourceClaimConsumerReference> consumers = new ArrayList<>(status.reservedFor());
            consumers.add(new ResourceClaimConsumerReference(consumer));
            return status.withReservedFor(consumers);
        });
    }

    /** Whether a pod will use its claims no more. */
    static boolean isDone(Pod pod) {
        return Pods.isFinished(pod) || pod.isDeleting() && pod.spec().nodeName().isEmpty();
    }

    /** {@code claim} without one of its finalizers. */
    static ResourceClaim withoutFinalizer(ResourceClaim claim) {
        ListValue finalizers = claim.value().map("metadata").list("finalizers");
        int at = finalizers.indexOf(FINALIZER);
        return at < 0
                ? claim
                : new ResourceClaim(claim.value()
                        .withMap("metadata", metadata -> metadata.with("finalizers", finalizers.without(at))));
    }

    /** {@code claim} with the finalizer that keeps it while it is allocated. */
    public static ResourceClaim withFinalizer(ResourceClaim claim) {
        ListValue finalizers = claim.value().map("metadata").list("finalizers");
        return finalizers.contains(FINALIZER)
                ? claim
                : new ResourceClaim(claim.value()
                        .withMap("metadata", metadata -> metadata.with("finalizers", finalizers.plus(FINALIZER))));
    }
}
