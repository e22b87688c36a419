package dev.proa.control.scheduler.plugin.dynamicresources;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.control.resourceclaim.ResourceClaims;
import dev.proa.control.scheduler.framework.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes allocations and reservations of claims. Blocks. */
final class ClaimBinder {
    private static final Logger LOG = LoggerFactory.getLogger(ClaimBinder.class);
    private static final int ATTEMPTS = 5;

    private final Handle handle;

    ClaimBinder(Handle handle) {
        this.handle = handle;
    }

    private ResourceClient<ResourceClaim> client(String namespace) {
        return handle.client().resource(ResourceClaim.KIND).in(namespace);
    }

    /**
     * Allocates a claim, unless it is, and reserves it for a pod.
     *
     * @param allocation null when the claim has one already
     * @throws BindingFailure when somebody has got ahead
     */
    ResourceClaim bind(ResourceClaim claim, Pod pod, @Nullable MapValue allocation) {
        ResourceClaim current = claim;
        for (int attempt = 1; ; attempt++) {
            try {
                return write(current, pod, allocation);
            } catch (StatusException e) {
                if (e.code() != 409 || attempt == ATTEMPTS) {
                    throw e;
                }
                current = client(claim.namespace()).get(claim.name());
            }
        }
    }

    private ResourceClaim write(ResourceClaim claim, Pod pod, @Nullable MapValue allocation) {
        String name = claim.namespace() + "/" + claim.name();
        if (claim.isDeleting()) {
            throw new BindingFailure("claim " + name + " got deleted in the meantime");
        }
        if (ResourceClaims.isReservedFor(claim, pod)) {
            return claim; // written, but the answer was lost
        }
        if (allocation != null && ResourceClaims.isAllocated(claim)) {
            throw new BindingFailure("claim " + name + " got allocated elsewhere in the meantime");
        }
        if (allocation == null && !ResourceClaims.isAllocated(claim)) {
            throw new BindingFailure("claim " + name + " got deallocated elsewhere in the meantime");
        }
        ResourceClaim kept = claim;
        if (allocation != null) {
            kept = ResourceClaims.withFinalizer(claim);
            kept = kept == claim ? claim : client(claim.namespace()).update(kept);
            kept = allocated(
                    kept,
                    allocation.with(
                            "allocationTimestamp", Times.format(handle.clock().instant())));
        }
        return client(claim.namespace()).updateStatus(ResourceClaims.reserve(kept, pod));
    }

    /** {@code claim} with an allocation. */
    static ResourceClaim allocated(ResourceClaim claim, MapValue allocation) {
        return new ResourceClaim(claim.value().withMap("status", status -> status.with("allocation", allocation)));
    }

    /** Takes a reservation back. What fails is left to the ResourceClaim controller. */
    void unreserve(ResourceClaim claim, Pod pod) {
        MapValue patch = MapValue.of(
                "metadata",
                MapValue.of("uid", claim.uid()),
                "status",
                MapValue.of("reservedFor", ListValue.of(MapValue.of("$patch", "delete", "uid", pod.uid()))));
        try {
            client(claim.namespace()).patchStatus(claim.name(), Patch.strategic(patch));
        } catch (RuntimeException e) {
            LOG.info("The claim {}/{} could not be released: {}", claim.namespace(), claim.name(), e.getMessage());
        }
    }

    /** Takes an allocation back that no pod uses, so that the claim can be allocated for another node. */
    void deallocate(ResourceClaim claim) {
        client(claim.namespace())
                .updateStatus(claim.withStatus(status ->
                        status.withoutReservedFor().withoutAllocation().withoutDevices()));
    }

    /** Why a claim could not be bound. */
    static final class BindingFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        BindingFailure(String message) {
            super(message);
        }
    }
}
