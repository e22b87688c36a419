/**
 * Defaults, validation and strategies of workloads, autoscalers and disruption budgets.
 */
@NullMarked
package dev.proa.server.resource.workload;

import org.jspecify.annotations.NullMarked;
