package dev.proa.control.resourceclaim;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.resource.v1.ResourceClaimConsumerReference;
import dev.proa.api.status.StatusException;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Owners;
import java.util.List;

/**
 * Takes back the reservations of pods that are done; a claim that nobody uses any more loses its allocation, and is deleted when it was
 * made for a pod that is done.
 */
final class ClaimCleanup {
    private final Informer<Pod> pods;
    private final Informer<ResourceClaim> claims;
    private final ControlContext context;

    ClaimCleanup(ControlContext context, Informer<Pod> pods, Informer<ResourceClaim> claims) {
        this.context = context;
        this.pods = pods;
        this.claims = claims;
        context.<ObjectKey>controller("resource-claim-cleanup", this::reconcile)
                .watch(claims, claim -> ObjectKey.of(claim.value()))
                .watchAll(
                        pods,
                        (pod, keys) -> ResourceClaims.keys(pod)
                                .forEach(key -> keys.accept(new ObjectKey(
                                        pod.namespace(),
                                        key.substring(pod.namespace().length() + 1)))));
    }

    private Result reconcile(ObjectKey key) {
        ResourceClaim claim = claims.get(key);
        if (claim == null) {
            return Result.DONE;
        }
        List<ResourceClaimConsumerReference> all = claim.status().reservedFor();
        List<ResourceClaimConsumerReference> left =
                all.stream().filter(consumer -> isInUse(claim, consumer)).toList();
        ResourceClaim now = claim;
        if (left.size() < all.size()) {
            now = release(claim, left);
        } else if (claim.isDeleting() && left.isEmpty() && isProtected(claim)) {
            now = unprotect(deallocate(claim));
        }
        if (left.isEmpty() && isOfDonePod(claim)) {
            delete(now);
        }
        return Result.DONE;
    }

    private ResourceClient<ResourceClaim> client() {
        return context.client().resource(ResourceClaim.KIND);
    }

    private static boolean isProtected(ResourceClaim claim) {
        return claim.value().map("metadata").list("finalizers").contains(ResourceClaims.FINALIZER);
    }

    private ResourceClaim release(ResourceClaim claim, List<ResourceClaimConsumerReference> left) {
        if (!left.isEmpty()) {
            return client().updateStatus(claim.withStatus(status -> status.withReservedFor(left)));
        }
        boolean free = isProtected(claim);
        ResourceClaim written = client().updateStatus(claim.withStatus(
                status -> free ? status.withoutReservedFor().withoutAllocation() : status.withoutReservedFor()));
        return free ? unprotect(written) : written;
    }

    private ResourceClaim deallocate(ResourceClaim claim) {
        return ResourceClaims.isAllocated(claim)
                ? client().updateStatus(claim.withStatus(status -> status.withoutAllocation()))
                : claim;
    }

    private ResourceClaim unprotect(ResourceClaim claim) {
        return isProtected(claim) ? client().update(ResourceClaims.withoutFinalizer(claim)) : claim;
    }

    /** Whether a consumer may still use the claim; those that are no pods are not known here, and count. */
    private boolean isInUse(ResourceClaim claim, ResourceClaimConsumerReference consumer) {
        if (!consumer.apiGroup().isEmpty() || !consumer.resource().equals("pods")) {
            return true;
        }
        Pod pod = pods.get(claim.namespace(), consumer.name());
        if (pod == null) { // the scheduler may be ahead of the cache
            pod = context.client().resource(Pod.KIND).in(claim.namespace()).find(consumer.name());
        }
        return pod != null && pod.uid().equals(consumer.uid()) && !ResourceClaims.isDone(pod);
    }

    private boolean isOfDonePod(ResourceClaim claim) {
        OwnerReference owner = Owners.controllerOf(claim);
        if (owner == null || !owner.kind().equals("Pod")) {
            return false;
        }
        Pod pod = pods.get(claim.namespace(), owner.name());
        return pod != null && (!pod.uid().equals(owner.uid()) || ResourceClaims.isDone(pod));
    }

    private void delete(ResourceClaim claim) {
        if (claim.isDeleting()) {
            return;
        }
        try {
            client().in(claim.namespace()).delete(claim.name());
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }
}
