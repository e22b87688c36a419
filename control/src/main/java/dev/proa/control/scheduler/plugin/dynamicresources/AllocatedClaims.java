package dev.proa.control.scheduler.plugin.dynamicresources;

import dev.proa.api.resource.v1.DeviceRequestAllocationResult;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.client.informer.EventHandler;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The devices that claims have: those of allocated claims, and those that the scheduler has decided on and not written, or not seen
 * written yet. Thread-safe.
 */
final class AllocatedClaims implements EventHandler<ResourceClaim> {
    private final Map<String, Set<DeviceId>> seen = new HashMap<>();
    private final Map<String, Pending> pending = new HashMap<>();
    private final Map<DeviceId, Integer> counts = new HashMap<>();

    /**
     * An allocation on its way.
     *
     * @param written the resource version with which it was written; 0 while it is not
     */
    private record Pending(Set<DeviceId> devices, long written) {}

    @Override
    public synchronized void added(ResourceClaim claim) {
        replace(claim.uid(), devices(claim));
        Pending own = pending.get(claim.uid());
        if (own != null && own.written > 0 && Long.parseLong(claim.resourceVersion()) >= own.written) {
            forget(claim.uid());
        }
    }

    @Override
    public void updated(ResourceClaim before, ResourceClaim after) {
        if (!before.uid().equals(after.uid())) {
            deleted(before);
        }
        added(after);
    }

    @Override
    public synchronized void deleted(ResourceClaim last) {
        replace(last.uid(), Set.of());
        forget(last.uid());
    }

    private void replace(String uid, Set<DeviceId> devices) {
        Set<DeviceId> before = devices.isEmpty() ? seen.remove(uid) : seen.put(uid, devices);
        count(before, -1);
        count(devices, 1);
    }

    private void count(@Nullable Set<DeviceId> devices, int sign) {
        if (devices != null) {
            devices.forEach(device -> counts.merge(device, sign, (a, b) -> a + b == 0 ? null : a + b));
        }
    }

    /** Administrators use devices beside those that have them. */
    private static Set<DeviceId> devices(ResourceClaim claim) {
        Set<DeviceId> devices = new HashSet<>();
        for (DeviceRequestAllocationResult result :
                claim.status().allocation().devices().results()) {
            if (!result.adminAccess()) {
                devices.add(DeviceId.of(result));
            }
        }
        return devices;
    }

    /** Notes a decision: {@code claim} has the allocation that is going to be written. */
    synchronized void decide(ResourceClaim claim) {
        forget(claim.uid());
        Set<DeviceId> devices = devices(claim);
        pending.put(claim.uid(), new Pending(devices, 0));
        count(devices, 1);
    }

    /** The decision was written; it counts as pending until the informer has shown it. */
    synchronized void written(ResourceClaim claim) {
        Pending own = pending.get(claim.uid());
        if (own != null && !seen.containsKey(claim.uid())) {
            pending.put(claim.uid(), new Pending(own.devices, Long.parseLong(claim.resourceVersion())));
        } else {
            forget(claim.uid());
        }
    }

    /** Takes a decision back that was not written; returns whether there was one. */
    synchronized boolean revoke(String uid) {
        Pending own = pending.get(uid);
        if (own == null || own.written > 0) {
            return false;
        }
        forget(uid);
        return true;
    }

    private void forget(String uid) {
        Pending own = pending.remove(uid);
        if (own != null) {
            count(own.devices, -1);
        }
    }

    /** Whether a decision about the claim is on its way. */
    synchronized boolean isPending(String uid) {
        return pending.containsKey(uid);
    }

    /** Whether a claim has the device, or is going to have it. */
    synchronized boolean isInUse(DeviceId device) {
        return counts.containsKey(device);
    }
}
