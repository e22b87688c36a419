package dev.proa.node.kubelet.resource;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodResourceClaim;
import dev.proa.api.core.v1.PodResourceClaimStatus;
import dev.proa.api.resource.v1.DeviceRequestAllocationResult;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the devices of a pod's ResourceClaims can be prepared (KEP-4381). No driver can register with this kubelet yet, so that a
 * pod with allocated devices waits, as it does at any kubelet whose node lacks the driver.
 */
public final class DynamicResources {
    private final Client client;

    public DynamicResources(Client client) {
        this.client = client;
    }

    /** Why the devices of a pod cannot be prepared, in Kubernetes' words; null when it has none. Blocks. */
    public @Nullable String whyNotPrepared(Pod pod) {
        for (PodResourceClaim claim : pod.spec().resourceClaims()) {
            String problem = whyNotPrepared(pod, claim);
            if (problem != null) {
                return "prepare dynamic resources: " + problem;
            }
        }
        return null;
    }

    private @Nullable String whyNotPrepared(Pod pod, PodResourceClaim of) {
        String name = of.resourceClaimName();
        if (!of.hasResourceClaimName()) {
            List<PodResourceClaimStatus> made = pod.status().resourceClaimStatuses().stream()
                    .filter(status -> status.name().equals(of.name()))
                    .toList();
            if (made.isEmpty()) {
                return "pod \"" + pod.namespace() + "/" + pod.name() + "\": ResourceClaim not created yet";
            }
            name = made.getFirst().resourceClaimName();
        }
        return name.isEmpty() ? null : whyNotPrepared(pod, name); // without a name it does without
    }

    private @Nullable String whyNotPrepared(Pod pod, String name) {
        ResourceClaim claim;
        try {
            claim = client.resource(ResourceClaim.KIND).in(pod.namespace()).get(name);
        } catch (StatusException e) {
            return "fetch ResourceClaim " + name + ": " + e.getMessage();
        }
        boolean reserved = claim.status().reservedFor().stream()
                .anyMatch(consumer -> consumer.uid().equals(pod.uid()));
        if (!reserved) {
            return "pod " + pod.name() + " (" + pod.uid() + ") is not allowed to use ResourceClaim " + name + " ("
                    + claim.uid() + ")";
        }
        return claim.status().allocation().devices().results().stream()
                .map(DeviceRequestAllocationResult::driver)
                .findFirst()
                .map(driver -> "DRA driver " + driver + " is not registered")
                .orElse(null);
    }
}
