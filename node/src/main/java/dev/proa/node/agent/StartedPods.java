package dev.proa.node.agent;

import dev.proa.api.core.v1.Pod;
import dev.proa.node.kubelet.Kubelet;
import dev.proa.node.stats.PodDetails;
import dev.proa.node.stats.PodStorage;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The pods of a kubelet that may start later: none while {@code kubelet} supplies null. */
record StartedPods(Supplier<@Nullable Kubelet> kubelet) implements PodDetails {
    @Override
    public List<Pod> pods() {
        Kubelet started = kubelet.get();
        return started == null ? List.of() : started.pods();
    }

    @Override
    public PodStorage storage(Pod pod) throws IOException {
        Kubelet started = kubelet.get();
        return started == null ? PodStorage.NONE : started.storage(pod);
    }
}
