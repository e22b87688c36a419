package dev.proa.control.scheduler.plugin.volume;

import dev.proa.api.core.v1.PersistentVolume;
import dev.proa.api.core.v1.PersistentVolumeClaim;
import java.util.List;
import java.util.Map;

/**
 * The claims of a pod by what is to be done about them.
 *
 * @param bound with a volume
 * @param delayed to be bound or provisioned once the pod has a node
 * @param immediate which have to be bound before the pod is scheduled
 * @param candidates the volumes of each class that a delayed claim has
 */
record PodClaims(
        List<PersistentVolumeClaim> bound,
        List<PersistentVolumeClaim> delayed,
        List<PersistentVolumeClaim> immediate,
        Map<String, List<PersistentVolume>> candidates) {}
