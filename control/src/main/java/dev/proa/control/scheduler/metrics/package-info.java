/** The scheduler's metrics, under Kubernetes' names. */
@NullMarked
package dev.proa.control.scheduler.metrics;

import org.jspecify.annotations.NullMarked;
