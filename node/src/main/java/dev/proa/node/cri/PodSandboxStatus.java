package dev.proa.node.cri;

import java.time.Instant;
import java.util.List;

/**
 * The status of a pod sandbox.
 *
 * @param ready whether containers can be created in it
 * @param addresses the pod's addresses, the first one primary; empty with the host's network
 * @param createdAt when it was made
 */
public record PodSandboxStatus(
        String id, PodSandboxConfig config, boolean ready, List<String> addresses, Instant createdAt) {
    public PodSandboxStatus {
        addresses = List.copyOf(addresses);
    }
}
