package dev.proa.control.scheduler.plugin.dynamicresources;

import dev.proa.api.core.v1.Node;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.selector.NodeSelectors;
import dev.proa.api.value.MapValue;
import dev.proa.control.resourceclaim.ResourceClaims;
import dev.proa.control.scheduler.framework.CycleState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The claims of a pod during one attempt to schedule it. Copies share it: filters only add what they find on nodes. */
final class PodDevices implements CycleState.Data {
    private final List<ResourceClaim> claims;
    private final List<ResourceClaim> toAllocate;
    private final Map<String, List<MapValue>> byNode = new ConcurrentHashMap<>();
    private final Set<ResourceClaim> unavailable = ConcurrentHashMap.newKeySet();
    private volatile List<MapValue> decided = List.of();

    PodDevices(List<ResourceClaim> claims) {
        this.claims = claims;
        this.toAllocate = claims.stream()
                .filter(claim -> !ResourceClaims.isAllocated(claim))
                .toList();
    }

    List<ResourceClaim> claims() {
        return claims;
    }

    /** Those that have no allocation; the lists of allocations are in their order. */
    List<ResourceClaim> toAllocate() {
        return toAllocate;
    }

    /** The allocated claims whose devices cannot be used on a node; they are remembered. */
    List<ResourceClaim> findUnavailable(Node node) {
        List<ResourceClaim> found = new ArrayList<>();
        for (ResourceClaim claim : claims) {
            if (claim.status().allocation().hasNodeSelector()
                    && !NodeSelectors.matchesAny(
                            claim.status().allocation().nodeSelector().nodeSelectorTerms(), node)) {
                found.add(claim);
            }
        }
        unavailable.addAll(found);
        return found;
    }

    /** The claims that were not available on some node. */
    Set<ResourceClaim> unavailable() {
        return unavailable;
    }

    void found(String node, List<MapValue> allocations) {
        byNode.put(node, allocations);
    }

    List<MapValue> on(String node) {
        return byNode.getOrDefault(node, List.of());
    }

    void decide(List<MapValue> allocations) {
        decided = allocations;
    }

    List<MapValue> decided() {
        return decided;
    }

    @Override
    public CycleState.Data copy() {
        return this;
    }
}
