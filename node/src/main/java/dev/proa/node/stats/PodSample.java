package dev.proa.node.stats;

import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.usage.ResourceUsage;
import java.time.Instant;
import java.util.List;

/**
 * What a pod used at a moment.
 *
 * @param containers those that run
 */
record PodSample(PodSandboxStatus sandbox, Instant time, ResourceUsage usage, List<Measured> containers) {
    PodSample {
        containers = List.copyOf(containers);
    }

    String namespace() {
        return sandbox.config().namespace();
    }

    String name() {
        return sandbox.config().name();
    }

    String uid() {
        return sandbox.config().uid();
    }

    /** A running container. */
    record Measured(ContainerStatus status, Instant startedAt, Instant time, ResourceUsage usage) {
        String name() {
            return status.config().name();
        }

        String id() {
            return status.id();
        }
    }
}
