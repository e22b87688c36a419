/** The HorizontalPodAutoscaler controller: keeps as many replicas of a workload as its metrics call for. */
@NullMarked
package dev.proa.control.autoscaling;

import org.jspecify.annotations.NullMarked;
