/**
 * The Job controller: runs pods until enough of them have succeeded.
 *
 * <pre>
 *   jobs, pods ──► {@link dev.proa.control.job.JobQueue} ──► {@link dev.proa.control.job.JobController} claims the pods that the selector matches
 *                      {@link dev.proa.control.job.JobSync}, one sync:
 *                        ├─► {@link dev.proa.control.job.JobState} counts pods and indexes
 *                        ├─► {@link dev.proa.control.job.Ending}: whether the Job ends, by its limits and policies
 *                        ├─► {@link dev.proa.control.job.PodPlan}: which pods to create or delete, after a {@link dev.proa.control.job.Backoff}
 *                        └─► {@link dev.proa.control.job.Tracking} counts each pod's end once (KEP-2307)
 * </pre>
 */
@NullMarked
package dev.proa.control.job;

import org.jspecify.annotations.NullMarked;
