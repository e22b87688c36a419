/**
 * Preemption: which pods of which node have to go for a pod of a higher priority, decided without side effects, and what evicts them
 * ({@link dev.proa.control.scheduler.preemption.Evictions}).
 */
@NullMarked
package dev.proa.control.scheduler.preemption;

import org.jspecify.annotations.NullMarked;
