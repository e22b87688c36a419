/**
 * The controller of Rollouts: {@link dev.proa.delivery.rollout.RolloutPlan} decides from what is there what to do next,
 * {@link dev.proa.delivery.rollout.RolloutReconciler} reads and acts. Everything that must outlive the controller is in the Rollout's status.
 */
@NullMarked
package dev.proa.delivery.rollout;

import org.jspecify.annotations.NullMarked;
