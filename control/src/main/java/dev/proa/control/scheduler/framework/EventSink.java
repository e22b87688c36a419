package dev.proa.control.scheduler.framework;

import dev.proa.api.core.v1.Pod;

/** Takes events to be recorded. Neither blocks nor fails. */
@FunctionalInterface
public interface EventSink {
    /**
     * Records an event.
     *
     * @param scheduler the profile in whose name it is recorded
     * @param type {@code Normal} or {@code Warning}
     * @param reason for machines, in CamelCase
     * @param action what was done or tried, such as {@code Scheduling}
     * @param note for people
     */
    void record(String scheduler, Pod about, String type, String reason, String action, String note);
}
