package dev.proa.node.simulated;

import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.PodSandboxStatus;
import java.time.Instant;
import java.util.List;

/** A sandbox of the {@link SimulatedRuntime}. */
final class SimulatedSandbox {
    private final String id;
    private PodSandboxConfig config;
    private final List<String> addresses;
    private final Instant createdAt;
    private boolean ready = true;

    SimulatedSandbox(String id, PodSandboxConfig config, List<String> addresses, Instant createdAt) {
        this.id = id;
        this.config = config;
        this.addresses = addresses;
        this.createdAt = createdAt;
    }

    synchronized PodSandboxConfig config() {
        return config;
    }

    synchronized void update(ContainerRuntime.Resources resources) {
        config = config.withResources(resources);
    }

    List<String> addresses() {
        return addresses;
    }

    synchronized boolean ready() {
        return ready;
    }

    /** Whether this call was the one that stopped it. */
    synchronized boolean stop() {
        boolean was = ready;
        ready = false;
        return was;
    }

    synchronized PodSandboxStatus status() {
        return new PodSandboxStatus(id, config, ready, ready ? addresses : List.of(), createdAt);
    }
}
