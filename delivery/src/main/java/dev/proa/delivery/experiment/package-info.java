/**
 * The controller of Experiments: {@link dev.proa.delivery.experiment.ExperimentPlan} decides, {@link dev.proa.delivery.experiment.ExperimentReconciler}
 * reads and acts.
 */
@NullMarked
package dev.proa.delivery.experiment;

import org.jspecify.annotations.NullMarked;
