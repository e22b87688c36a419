/**
 * Decides which node each pod runs on, in the shape of the Kubernetes scheduling framework (KEP-624).
 *
 * <p>A pod waits in the {@link dev.proa.control.scheduler.SchedulingQueue}; one thread takes them one by one, filters and scores the
 * nodes of the {@link dev.proa.control.scheduler.SchedulerCache} by {@link dev.proa.control.scheduler.Plugin}s, assumes the best, and
 * leaves the binding to another thread. What cannot be placed waits until something that may help has happened.
 */
@NullMarked
package dev.proa.control.scheduler;

import org.jspecify.annotations.NullMarked;
