package dev.proa.node.kubelet;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.node.cri.ContainerStatus;
import dev.proa.node.cri.ContainerStatus.State;
import dev.proa.node.cri.PodSandboxConfig;
import dev.proa.node.cri.PodSandboxStatus;
import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.kubelet.container.StartFailure;
import dev.proa.node.kubelet.device.DeviceFailure;
import dev.proa.node.kubelet.pod.EventReferences;
import dev.proa.node.kubelet.pod.Observed;
import dev.proa.node.kubelet.pod.PodRuntime;
import dev.proa.node.kubelet.pod.PodSpecs;
import dev.proa.node.kubelet.resource.PodAllocation;
import dev.proa.node.kubelet.sandbox.SandboxConfigs;
import dev.proa.node.kubelet.status.PodStatuses;
import dev.proa.node.kubelet.volume.PodVolumes;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes a pod's plan, and remembers why containers are waiting and when they may be retried. Owned by the pod's
 * worker; not thread-safe.
 */
final class PodActions {
    private static final Logger LOG = LoggerFactory.getLogger(PodActions.class);

    private final KubeletParts parts;
    private final PodRuntime runtime;
    private final PodVolumes volumes;
    private final PodAllocation allocation;
    private final Restarts restarts;
    private final Map<String, PodStatuses.Waiting> waiting = new HashMap<>();

    PodActions(KubeletParts parts, PodRuntime runtime, PodVolumes volumes, PodAllocation allocation) {
        this.allocation = allocation;
        this.parts = parts;
        this.runtime = runtime;
        this.volumes = volumes;
        this.restarts = new Restarts(parts.clock());
    }

    /** The back-off of container restarts. */
    Restarts restarts() {
        return restarts;
    }

    /** The waiting reasons of containers, by name. */
    Map<String, PodStatuses.Waiting> waiting() {
        return Map.copyOf(waiting);
    }

    /** Executes an action; false when it failed, which the container's waiting state and events tell. */
    boolean perform(Pod current, Observed seen, PodPlan.Action action) throws InterruptedException {
        return switch (action) {
            case PodPlan.Action.CreateSandbox create -> createSandbox(current, create.attempt());
            case PodPlan.Action.StopSandbox stop -> {
                parts.runtime().stopPodSandbox(stop.sandboxId());
                yield true;
            }
            case PodPlan.Action.KillContainer kill -> {
                parts.stopper()
                        .stop(
                                current,
                                address(seen),
                                kill.container(),
                                kill.containerId(),
                                grace(current, kill),
                                kill.message());
                yield true;
            }
            case PodPlan.Action.StartContainer start -> start(current, seen, start);
            case PodPlan.Action.Resize() -> resize(current, seen);
        };
    }

    private static Duration grace(Pod current, PodPlan.Action.KillContainer kill) {
        Container container = kill.container();
        boolean byLiveness = kill.message().contains(" failed liveness probe");
        boolean byProbe = byLiveness || kill.message().contains(" failed startup probe");
        var probe = byLiveness ? container.livenessProbe() : container.startupProbe();
        long seconds = byProbe && probe.hasTerminationGracePeriodSeconds()
                ? probe.terminationGracePeriodSeconds()
                : current.spec().terminationGracePeriodSeconds();
        return Duration.ofSeconds(seconds);
    }

    private boolean createSandbox(Pod current, int attempt) {
        parts.metrics().podStarting();
        try {
            PodSandboxConfig config = SandboxConfigs.of(current, attempt, parts.node(), parts.logDirectory(current));
            if (current.spec().hasHostUsers() && !current.spec().hostUsers()) {
                parts.userNamespaces().give(config, runtime::createSandbox);
            } else {
                runtime.createSandbox(config);
            }
            return true;
        } catch (RuntimeFailure failure) {
            parts.metrics().podFailed();
            parts.events()
                    .warning(
                            current, "FailedCreatePodSandBox", "Failed to create pod sandbox: " + failure.getMessage());
            return false;
        }
    }

    private boolean resize(Pod current, Observed seen) {
        String failure = parts.resizer()
                .resize(
                        current,
                        seen,
                        name -> parts.allocations().actuated(allocation, name),
                        container -> parts.allocations().actuated(allocation, current, container));
        if (failure != null) {
            parts.allocations().failed(allocation, current, failure);
        }
        return failure == null;
    }

    private boolean start(Pod current, Observed seen, PodPlan.Action.StartContainer start) throws InterruptedException {
        PodSandboxStatus sandbox = seen.sandbox();
        if (sandbox == null) {
            return false;
        }
        String name = start.container().name();
        restarts.starting(name, seen.newest(name));
        try {
            parts.starter()
                    .start(
                            current,
                            start.container(),
                            start.attempt(),
                            sandbox.id(),
                            addresses(current, sandbox),
                            volumes,
                            parts.podDirectory(current.uid()),
                            id -> {
                                runtime.created(id);
                                parts.allocations().actuated(allocation, current, start.container());
                            });
            waiting.remove(name);
            restarts.started(name);
            runtime.prune(name);
            return true;
        } catch (StartFailure failure) {
            waiting.put(name, new PodStatuses.Waiting(failure.reason(), String.valueOf(failure.getMessage())));
            restarts.hold(name);
            runtime.prune(name);
            return false;
        }
    }

    /** Records the BackOff event of containers that wait for their back-off, once per wait. */
    void noteBackoffs(Pod current, Observed seen) {
        Instant now = parts.clock().instant();
        for (Container container : PodSpecs.containers(current)) {
            ContainerStatus status = seen.newest(container.name());
            if (status == null
                    || !(status.state() instanceof State.Exited exited)
                    || !PodSpecs.restarts(current, container, exited.exitCode())
                    || exited.exitCode() == 0 && PodSpecs.runsOnce(current, container)
                    || !restarts.restartAt(container.name(), exited.finishedAt())
                            .isAfter(now)) {
                continue;
            }
            String pods = current.name() + "_" + current.namespace() + "(" + current.uid() + ")";
            var before = waiting.put(
                    container.name(),
                    new PodStatuses.Waiting(
                            "CrashLoopBackOff",
                            "back-off " + restarts.describe(container.name()) + " restarting failed container="
                                    + container.name() + " pod=" + pods));
            if (before == null || !before.reason().equals("CrashLoopBackOff")) {
                parts.events()
                        .event(
                                EventReferences.container(current, container.name()),
                                EventRecorder.WARNING,
                                "BackOff",
                                "Back-off restarting failed container " + container.name() + " in pod " + pods);
            }
        }
    }

    /** Gives back the devices of a pod whose containers have ended; false when a driver does not take them now. */
    boolean releaseDevices(Pod current) {
        try {
            parts.devices().unprepare(current);
            return true;
        } catch (DeviceFailure e) {
            LOG.warn("pod {}/{} has ended, but waits: {}", current.namespace(), current.name(), e.getMessage());
            return false;
        }
    }

    /** The pod's address, or the node's while it has none. */
    String address(Observed seen) {
        PodSandboxStatus sandbox = seen.sandbox();
        List<String> ips = sandbox == null ? List.of() : sandbox.addresses();
        return ips.isEmpty() ? parts.node().address() : ips.getFirst();
    }

    /** The pod's addresses so far. */
    List<String> addresses(Pod current, @Nullable PodSandboxStatus sandbox) {
        if (sandbox == null) {
            return List.of();
        }
        return current.spec().hostNetwork() ? List.of(parts.node().address()) : sandbox.addresses();
    }
}
