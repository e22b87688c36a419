/**
 * The scheduler: decides which node each pod runs on, by the plugins of the scheduling framework (KEP-624).
 *
 * <p>Sub-packages: {@code framework} (extension points and what runs them), {@code plugin} (the plugins), {@code extender} (extenders
 * by HTTP), {@code queue} (the pods that wait), {@code cache} (nodes with their pods, and snapshots of them), {@code topology} (counts of
 * pods by domain), {@code preemption} (which pods have to go), {@code configuration} (KubeSchedulerConfiguration) and {@code metrics}.
 * What is in here ties them together: {@link dev.proa.control.scheduler.Scheduler}.
 */
@NullMarked
package dev.proa.control.scheduler;

import org.jspecify.annotations.NullMarked;
