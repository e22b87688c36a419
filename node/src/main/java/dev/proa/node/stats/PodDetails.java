package dev.proa.node.stats;

import dev.proa.api.core.v1.Pod;
import java.io.IOException;
import java.util.List;

/** What the kubelet knows of its pods that the runtime does not. Thread-safe. */
public interface PodDetails {
    /** The pods of the node. */
    List<Pod> pods();

    /** What a pod's volumes and logs use. Takes time in proportion to the number of their files. */
    PodStorage storage(Pod pod) throws IOException;
}
