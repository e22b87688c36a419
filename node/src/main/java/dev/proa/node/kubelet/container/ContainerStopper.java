package dev.proa.node.kubelet.container;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.client.clock.Clock;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.node.cri.ContainerRuntime;
import dev.proa.node.kubelet.pod.EventReferences;
import java.time.Duration;
import java.time.Instant;

/** Stops containers gracefully: the preStop hook, then the stop signal, then SIGKILL. Thread-safe. */
public final class ContainerStopper {
    /** The least time between stop signal and SIGKILL, when the preStop hook used up the grace period. */
    private static final Duration LEAST = Duration.ofSeconds(2);

    private final ContainerRuntime runtime;
    private final Hooks hooks;
    private final EventRecorder events;
    private final Clock clock;

    public ContainerStopper(ContainerRuntime runtime, Hooks hooks, EventRecorder events, Clock clock) {
        this.runtime = runtime;
        this.hooks = hooks;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Stops a container and blocks until it has ended. A thread that is interrupted goes no further: it kills nothing.
     *
     * @param message the event's message, which says why
     */
    public void stop(Pod pod, String address, Container container, String containerId, Duration grace, String message)
            throws InterruptedException {
        events.event(EventReferences.container(pod, container.name()), EventRecorder.NORMAL, "Killing", message);
        Duration left = grace;
        if (container.lifecycle().hasPreStop() && grace.isPositive()) {
            Instant began = clock.instant();
            try {
                hooks.run(container.lifecycle().preStop(), pod, address, container, containerId, grace);
            } catch (Hooks.HookFailure failure) {
                stopIfInterrupted();
                events.event(
                        EventReferences.container(pod, container.name()),
                        EventRecorder.WARNING,
                        "FailedPreStopHook",
                        "PreStopHook failed");
            }
            stopIfInterrupted();
            left = grace.minus(Duration.between(began, clock.instant()));
            left = left.compareTo(LEAST) < 0 ? LEAST : left;
        }
        runtime.stopContainer(containerId, left);
    }

    private static void stopIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
