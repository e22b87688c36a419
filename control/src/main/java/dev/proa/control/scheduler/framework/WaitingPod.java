package dev.proa.control.scheduler.framework;

import java.util.Set;

/** A pod that waits because a {@link Plugin.Permit} said so. Thread-safe. */
public interface WaitingPod {
    PodInfo pod();

    /** The plugins that have not allowed it yet. */
    Set<String> pendingPlugins();

    /** {@code plugin} allows the pod; once all have done so, it is bound. */
    void allow(String plugin);

    /** {@code plugin} rejects the pod: it goes back to the queue. */
    void reject(String plugin, String message);

    /**
     * {@code plugin} takes the room that the pod was to have: it goes back to the queue, as after an error.
     *
     * @return false when it is decided already what becomes of the pod
     */
    boolean preempt(String plugin, String message);
}
