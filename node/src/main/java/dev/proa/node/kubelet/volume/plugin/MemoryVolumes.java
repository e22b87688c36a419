package dev.proa.node.kubelet.volume.plugin;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import dev.proa.api.value.Quantity;
import dev.proa.node.kubelet.resource.PodResources;
import java.util.Map;

/**
 * Sizes emptyDir volumes in memory (KEP-1967): the least of their size limit, the pod's memory limit and the node's
 * memory.
 */
final class MemoryVolumes {
    private MemoryVolumes() {}

    /** The size in bytes; 0 for no limit. */
    static long size(Pod pod, Volume volume, Map<String, Quantity> allocatable) {
        long size = smaller(0, allocatable.getOrDefault("memory", Quantity.ZERO).value());
        size = smaller(size, memoryLimit(pod));
        return smaller(size, volume.emptyDir().sizeLimit().value());
    }

    /** The memory limit of all containers together; 0 when one has none. */
    private static long memoryLimit(Pod pod) {
        if (PodResources.given(pod) && pod.spec().resources().limits().containsKey("memory")) {
            return pod.spec().resources().limits().get("memory").value();
        }
        long sum = 0;
        for (Container container : pod.spec().containers()) {
            long limit = container
                    .resources()
                    .limits()
                    .getOrDefault("memory", Quantity.ZERO)
                    .value();
            if (limit == 0) {
                return 0;
            }
            sum += limit;
        }
        return sum;
    }

    private static long smaller(long one, long other) {
        return one == 0 || other != 0 && other < one ? other : one;
    }
}
