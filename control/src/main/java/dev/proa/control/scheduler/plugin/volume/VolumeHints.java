package dev.proa.control.scheduler.plugin.volume;

import static dev.proa.control.scheduler.framework.ClusterEvent.CSI_DRIVER;
import static dev.proa.control.scheduler.framework.ClusterEvent.CSI_NODE;
import static dev.proa.control.scheduler.framework.ClusterEvent.CSI_STORAGE_CAPACITY;
import static dev.proa.control.scheduler.framework.ClusterEvent.NODE;
import static dev.proa.control.scheduler.framework.ClusterEvent.PERSISTENT_VOLUME;
import static dev.proa.control.scheduler.framework.ClusterEvent.PERSISTENT_VOLUME_CLAIM;
import static dev.proa.control.scheduler.framework.ClusterEvent.STORAGE_CLASS;

import dev.proa.api.core.v1.PersistentVolumeClaim;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.storage.v1.CSIDriver;
import dev.proa.api.storage.v1.CSINode;
import dev.proa.api.storage.v1.CSIStorageCapacity;
import dev.proa.api.storage.v1.StorageClass;
import dev.proa.api.value.Quantity;
import dev.proa.api.view.KubeObject;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.ClusterEvent.Action;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.volume.Claims;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which changes of storage may help pods that wait for volumes. */
final class VolumeHints {
    private static final String MIGRATED_PLUGINS = "storage.alpha.kubernetes.io/migrated-plugins";

    private VolumeHints() {}

    static List<EventRegistration> ofBinding() {
        return List.of(
                on(STORAGE_CLASS, VolumeHints::classHelps),
                on(PERSISTENT_VOLUME_CLAIM, VolumeHints::isClaimOf),
                on(PERSISTENT_VOLUME, (pod, before, after) -> true),
                EventRegistration.of(ClusterEvent.of(NODE, Action.ADD, Action.UPDATE_NODE_LABEL)),
                on(CSI_NODE, VolumeHints::nodeHelps),
                new EventRegistration(ClusterEvent.of(CSI_DRIVER, Action.UPDATE_OTHER), VolumeHints::driverHelps),
                on(CSI_STORAGE_CAPACITY, VolumeHints::capacityHelps));
    }

    /** A registration for additions and updates. */
    static EventRegistration on(String resource, EventRegistration.Hint hint) {
        return new EventRegistration(ClusterEvent.of(resource, Action.ADD, Action.UPDATE_OTHER), hint);
    }

    /** Whether the pod uses the claim that has come or changed. */
    static boolean isClaimOf(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        return after instanceof PersistentVolumeClaim claim && uses(pod.pod(), claim, true);
    }

    /** @param ephemeral whether those count that are made for the pod */
    static boolean uses(Pod pod, PersistentVolumeClaim claim, boolean ephemeral) {
        return claim.namespace().equals(pod.namespace())
                && Claims.of(pod).stream()
                        .anyMatch(use -> use.claim().equals(claim.name()) && (ephemeral || !use.ephemeral()));
    }

    private static boolean classHelps(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        return !(before instanceof StorageClass old && after instanceof StorageClass now)
                || !old.allowedTopologies().equals(now.allowedTopologies());
    }

    private static boolean nodeHelps(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        return !(before instanceof CSINode old && after instanceof CSINode now)
                || !old.annotations()
                        .getOrDefault(MIGRATED_PLUGINS, "")
                        .equals(now.annotations().getOrDefault(MIGRATED_PLUGINS, ""));
    }

    private static boolean driverHelps(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        return before instanceof CSIDriver old
                && after instanceof CSIDriver now
                && old.spec().storageCapacity()
                && !now.spec().storageCapacity()
                && pod.pod().spec().volumes().stream()
                        .anyMatch(volume ->
                                volume.hasCsi() && volume.csi().driver().equals(now.name()));
    }

    private static boolean capacityHelps(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after) {
        if (!(before instanceof CSIStorageCapacity old && after instanceof CSIStorageCapacity now)) {
            return true;
        }
        Quantity limit = StorageCapacity.limit(old);
        Quantity newLimit = StorageCapacity.limit(now);
        return newLimit != null && (limit == null || newLimit.value() > limit.value());
    }
}
