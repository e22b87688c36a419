package dev.proa.control.scheduler.framework;

import dev.proa.client.clock.Clock;

/** The pods on their way to a node that can still be stopped, of all profiles of a scheduler. Thread-safe. */
public final class PodsInBinding {
    final WaitingPods waiting;
    final PreBindings preBindings = new PreBindings();

    /** @param clock ends the waiting for a permit */
    public PodsInBinding(Clock clock) {
        this.waiting = new WaitingPods(clock);
    }
}
