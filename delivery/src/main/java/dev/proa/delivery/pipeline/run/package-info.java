/**
 * Runs pipelines in pods: an object {@code PipelineRun} is a run, each of its jobs a pod, each step a process in it that is started detached, so that a
 * run goes on after a restart of Proa.
 */
@NullMarked
package dev.proa.delivery.pipeline.run;

import org.jspecify.annotations.NullMarked;
