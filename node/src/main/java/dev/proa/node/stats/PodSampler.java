package dev.proa.node.stats;

import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.cri.RuntimeFailure;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Takes samples of all pods that run in a runtime. Thread-safe. */
final class PodSampler {
    private final ContainerRuntime runtime;
    private final InstantSource clock;

    PodSampler(ContainerRuntime runtime, InstantSource clock) {
        this.runtime = runtime;
        this.clock = clock;
    }

    /** The pods that have a sandbox, the newest one of each; without those that go meanwhile. */
    List<PodSample> sample() {
        Map<String, PodSandboxStatus> sandboxes = new HashMap<>();
        for (PodSandboxStatus sandbox : runtime.listPodSandboxes()) {
            if (sandbox.ready()) {
                sandboxes.merge(
                        sandbox.config().uid(),
                        sandbox,
                        (one, other) -> one.createdAt().isAfter(other.createdAt()) ? one : other);
            }
        }
        Map<String, List<ContainerStatus>> containers = new HashMap<>();
        for (ContainerStatus container : runtime.listContainers()) {
            containers
                    .computeIfAbsent(container.sandboxId(), unused -> new ArrayList<>())
                    .add(container);
        }
        List<PodSample> samples = new ArrayList<>(sandboxes.size());
        for (PodSandboxStatus sandbox : sandboxes.values()) {
            try {
                samples.add(sample(sandbox, containers.getOrDefault(sandbox.id(), List.of())));
            } catch (RuntimeFailure gone) {
                if (gone.reason() != RuntimeFailure.Reason.NOT_FOUND) {
                    throw gone;
                }
            }
        }
        return samples;
    }

    private PodSample sample(PodSandboxStatus sandbox, List<ContainerStatus> containers) {
        List<PodSample.Measured> running = new ArrayList<>(containers.size());
        for (ContainerStatus container : containers) {
            if (container.state() instanceof State.Running state) {
                running.add(new PodSample.Measured(
                        container, state.startedAt(), clock.instant(), runtime.containerStats(container.id())));
            }
        }
        return new PodSample(sandbox, clock.instant(), runtime.podSandboxStats(sandbox.id()), running);
    }
}
