package dev.proa.control.scheduler.framework;

import dev.proa.api.view.KubeObject;
import org.jspecify.annotations.Nullable;

/**
 * A plugin's registration for a kind of event that may make pods schedulable which it rejected (KEP-4247).
 *
 * @param hint looks closer at an event
 */
public record EventRegistration(ClusterEvent event, Hint hint) {
    /** A registration for which every such event is worth another attempt. */
    public static EventRegistration of(ClusterEvent event) {
        return new EventRegistration(event, (pod, before, after) -> true);
    }

    /** A queueing hint. Called with the queue's lock held, so it must be quick. */
    @FunctionalInterface
    public interface Hint {
        /**
         * Whether {@code pod}, which the plugin rejected, may pass it now.
         *
         * @param before the object before it changed; null when it was added
         * @param after the object now; null when it was deleted
         */
        boolean isWorthTrying(PodInfo pod, @Nullable KubeObject before, @Nullable KubeObject after);
    }
}
