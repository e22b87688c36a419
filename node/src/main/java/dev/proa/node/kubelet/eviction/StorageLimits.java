package dev.proa.node.kubelet.eviction;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.value.Quantity;
import dev.proa.node.kubelet.pod.PodSpecs;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Limits of a pod's disk usage: {@code emptyDir.sizeLimit} and {@code limits.ephemeral-storage}. */
final class StorageLimits {
    private static final String RESOURCE = "ephemeral-storage";

    private StorageLimits() {}

    /**
     * A pod's disk usage in bytes.
     *
     * @param volumes emptyDir volumes on disk by name
     * @param containers each container's writable layer and log, by name
     */
    record Use(Map<String, Long> volumes, Map<String, Long> containers) {
        long total() {
            long total = 0;
            for (long bytes : volumes.values()) {
                total = sum(total, bytes);
            }
            for (long bytes : containers.values()) {
                total = sum(total, bytes);
            }
            return total;
        }
    }

    /** A saturating sum: a tree that is too deep to be measured counts as {@link Long#MAX_VALUE}. */
    static long sum(long one, long other) {
        long sum = one + other;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /** Whether a pod has such limits and has to be measured. */
    static boolean given(Pod pod) {
        return podLimit(pod) != null || pod.spec().volumes().stream().anyMatch(StorageLimits::limited);
    }

    private static boolean limited(Volume volume) {
        return onDisk(volume) && !volume.emptyDir().sizeLimit().isZero();
    }

    /** Whether a volume is an emptyDir on disk; one in memory cannot outgrow its mount. */
    private static boolean onDisk(Volume volume) {
        return volume.hasEmptyDir() && !volume.emptyDir().medium().equals("Memory");
    }

    /** The eviction message, in Kubernetes' words; null when the pod keeps to its limits. */
    static @Nullable String exceeded(Pod pod, Use use) {
        for (Volume volume : pod.spec().volumes()) {
            if (limited(volume)
                    && use.volumes().getOrDefault(volume.name(), 0L)
                            > volume.emptyDir().sizeLimit().value()) {
                return "Usage of EmptyDir volume \"" + volume.name() + "\" exceeds the limit \""
                        + volume.emptyDir().sizeLimit() + "\". ";
            }
        }
        Quantity total = podLimit(pod);
        if (total != null && use.total() > total.value()) {
            return "Pod ephemeral local storage usage exceeds the total limit of containers " + total + ". ";
        }
        for (Container container : PodSpecs.containers(pod)) {
            Quantity limit = container.resources().limits().get(RESOURCE);
            if (limit != null && use.containers().getOrDefault(container.name(), 0L) > limit.value()) {
                return "Container " + container.name() + " exceeded its local ephemeral storage limit \"" + limit
                        + "\". ";
            }
        }
        return null;
    }

    /** The sum of the containers' limits, or the largest init container's if that is more; null when none has one. */
    private static @Nullable Quantity podLimit(Pod pod) {
        Quantity sum = null;
        for (Container container : pod.spec().containers()) {
            sum = add(sum, container.resources().limits().get(RESOURCE));
        }
        Quantity sidecars = null;
        Quantity most = null;
        for (Container init : pod.spec().initContainers()) {
            Quantity limit = init.resources().limits().get(RESOURCE);
            if (PodSpecs.isSidecar(init)) {
                sidecars = add(sidecars, limit);
                sum = add(sum, limit);
            } else if (limit != null) {
                most = larger(most, add(sidecars, limit));
            }
        }
        return larger(sum, most);
    }

    private static @Nullable Quantity add(@Nullable Quantity one, @Nullable Quantity other) {
        return one == null ? other : other == null ? one : one.plus(other);
    }

    private static @Nullable Quantity larger(@Nullable Quantity one, @Nullable Quantity other) {
        return one == null || other != null && other.value() > one.value() ? other : one;
    }
}
