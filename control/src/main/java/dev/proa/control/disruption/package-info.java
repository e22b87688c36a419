/**
 * The disruption controller: says in the status of PodDisruptionBudgets how many of their pods may be evicted, which the API server's
 * subresource {@code pods/eviction} goes by. {@code BudgetCounts} counts, {@code ControllerScales} finds out how many pods are wanted.
 */
@NullMarked
package dev.proa.control.disruption;

import org.jspecify.annotations.NullMarked;
