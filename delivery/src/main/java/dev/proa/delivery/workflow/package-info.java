/**
 * GitHub's workflows as pure values: read from {@code .github/workflows} with problems at their places ({@link dev.proa.delivery.workflow.WorkflowFile}), and run as
 * {@link dev.proa.delivery.pipeline.RunState}. No I/O.
 *
 * <p>The specification is GitHub's "Workflow syntax for GitHub Actions", "Contexts", "Metadata syntax" and "Workflow commands".
 */
@NullMarked
package dev.proa.delivery.workflow;

import org.jspecify.annotations.NullMarked;
