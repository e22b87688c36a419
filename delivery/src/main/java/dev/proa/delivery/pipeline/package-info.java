/**
 * What a pipeline is and how a run of it goes, whatever its syntax: pure values, no I/O. A {@link dev.proa.delivery.pipeline.Pipeline} says whether an event
 * starts a run; a {@link dev.proa.delivery.pipeline.RunState} says which jobs may begin and which step of a job is next, and becomes another by each {@link
 * dev.proa.delivery.pipeline.RunEvent}. Who runs jobs keeps the events, and a run goes on from them after a restart.
 */
@NullMarked
package dev.proa.delivery.pipeline;

import org.jspecify.annotations.NullMarked;
