/**
 * Analyses: the controller of AnalysisRuns, and the providers that measure metrics for it.
 *
 * <pre>
 *  AnalysisRun --&gt; {@link dev.proa.delivery.analysis.MetricArguments} --metrics with arguments--&gt; {@link dev.proa.delivery.analysis.RunPlan}: which are due
 *       ^                                                                       | tasks
 *       |                                                                       v
 *       `--status-- {@link dev.proa.delivery.analysis.Assessment} &lt;--measurements-- a {@link dev.proa.delivery.analysis.Provider}
 * </pre>
 *
 * All but the providers and {@link dev.proa.delivery.analysis.AnalysisRunController} is pure.
 * {@link dev.proa.delivery.analysis.TemplateReferences} finds the templates of an analysis.
 */
@NullMarked
package dev.proa.delivery.analysis;

import org.jspecify.annotations.NullMarked;
