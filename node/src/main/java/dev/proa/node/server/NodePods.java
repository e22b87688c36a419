package dev.proa.node.server;

import dev.proa.api.core.v1.Pod;
import dev.proa.node.kubelet.Kubelet;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The pods of a node, for its server. Thread-safe. */
public interface NodePods {
    /** The node's name; empty while unknown. */
    String nodeName();

    /** A pod with its runtime state, or null when it is not on this node. */
    Kubelet.@Nullable PodOnNode find(String namespace, String name);

    /** All pods on this node, in no particular order. */
    List<Pod> all();

    /** The pods of a kubelet that may start later than its server: none while {@code kubelet} supplies null. */
    static NodePods of(String nodeName, Supplier<@Nullable Kubelet> kubelet) {
        return new NodePods() {
            @Override
            public String nodeName() {
                return nodeName;
            }

            @Override
            public Kubelet.@Nullable PodOnNode find(String namespace, String name) {
                Kubelet started = kubelet.get();
                return started == null ? null : started.find(namespace, name);
            }

            @Override
            public List<Pod> all() {
                Kubelet started = kubelet.get();
                return started == null ? List.of() : started.pods();
            }
        };
    }
}
