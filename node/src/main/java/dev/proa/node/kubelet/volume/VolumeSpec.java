package dev.proa.node.kubelet.volume;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.Volume;
import java.util.List;

/**
 * A volume to set up.
 *
 * @param addresses of the pod, as far as known
 */
public record VolumeSpec(Pod pod, Volume volume, List<String> addresses) {
    /** The group that owns the files of the pod's volumes; -1 for none. */
    public long fsGroup() {
        var security = pod.spec().securityContext();
        return security.hasFsGroup() ? security.fsGroup() : -1;
    }
}
