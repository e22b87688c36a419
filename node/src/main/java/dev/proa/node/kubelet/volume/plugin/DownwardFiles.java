package dev.proa.node.kubelet.volume.plugin;

import dev.proa.api.core.v1.DownwardAPIVolumeFile;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.Quantity;
import dev.proa.node.kubelet.pod.Downward;
import dev.proa.node.kubelet.volume.VolumeSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Files whose contents are fields of the pod or resources of its containers.
 *
 * @param hostIp the node's address
 * @param allocatable the node's resources, which stand for limits that a container does not have
 */
record DownwardFiles(String hostIp, Map<String, Quantity> allocatable) {
    void add(
            VolumeSpec spec, List<DownwardAPIVolumeFile> items, int defaultMode, Map<String, AtomicWriter.File> files) {
        Pod pod = spec.pod();
        for (DownwardAPIVolumeFile item : items) {
            String text = item.hasFieldRef()
                    ? Downward.field(pod, item.fieldRef(), spec.addresses(), hostIp)
                    : Downward.resource(pod, pod.spec().containers().getFirst(), item.resourceFieldRef(), allocatable);
            files.put(
                    item.path(),
                    new AtomicWriter.File(
                            text.getBytes(StandardCharsets.UTF_8), item.hasMode() ? item.mode() : defaultMode));
        }
    }
}
