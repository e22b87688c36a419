package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.control.shared.SlowStart;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One sync of a Job that has not ended: creates or deletes pods, counts those that ended, and writes the status. For one thread.
 *
 * <pre>
 *   act on pods ──► write status: new UIDs, first condition of the end ──► remove finalizers ──► write status: counters, end
 * </pre>
 *
 * It may stop between any two requests. The next sync goes on from what is stored.
 */
final class JobSync {
    private final Job job;
    private final JobState state;
    private final boolean mayAct;
    private final Instant now;
    private final JobMemory memory;
    private final JobWriter writer;
    private final EventRecorder events;
    private final JobMetrics metrics;
    private final Backoff backoff;

    private MapValue status;
    private int active;
    private int ready;
    private int terminating;
    private JobMetrics.Action action = JobMetrics.Action.RECONCILING;
    private @Nullable RuntimeException failure;
    private @Nullable Duration again;
    /** Told once the status that says the same is written. */
    private @Nullable Runnable event;

    /**
     * @param pods all that the Job controls
     * @param removing UIDs of pods that had lost their finalizer before {@code pods} were read
     * @param mayAct whether the cache shows what earlier syncs did, so that pods may be created or deleted
     */
    JobSync(
            Job job,
            List<Pod> pods,
            Set<String> removing,
            boolean mayAct,
            Instant now,
            JobMemory memory,
            JobWriter writer,
            EventRecorder events,
            JobMetrics metrics) {
        this.job = job;
        this.state = JobState.of(job, pods, removing);
        this.mayAct = mayAct;
        this.now = now;
        this.memory = memory;
        this.writer = writer;
        this.events = events;
        this.metrics = metrics;
        this.backoff = memory.backoff(job.uid()).after(state.newSucceeded(), state.newFailed());
        this.status = job.status().value();
        this.active = state.active().size();
        this.ready = state.ready();
        this.terminating = state.terminating();
    }

    JobMetrics.Action action() {
        return action;
    }

    /**
     * Does it.
     *
     * @return when to sync again although nothing has changed; null when there is no need
     * @throws RuntimeException a request that failed; what could be done nevertheless was
     */
    @Nullable
    Duration run() throws InterruptedException {
        boolean suspended = job.spec().suspend();
        if (status.get("startTime") == null && !suspended) {
            status = status.with("startTime", Times.format(now));
        }
        Instant started = suspended ? null : Times.parse(status.get("startTime"));
        Ending ending = Ending.of(state, started, now);
        if (ending != null) {
            ending = deleteAll() ? ending : null;
        } else {
            again = Ending.untilDeadline(job, started, now);
            boolean acted = mayAct && !job.isDeleting();
            if (acted) {
                act(PodPlan.of(state, backoff, now));
            }
            ending = Ending.completed(state, active);
            if (ending == null && acted) {
                suspendOrResume(suspended);
            }
        }
        status = Tracking.count(status, "active", active)
                .with("ready", (long) ready)
                .with("terminating", (long) terminating);
        track(ending);
        if (failure != null) {
            throw failure;
        }
        return again;
    }

    /** Deletes the pods that run, because the Job ends. Returns whether that was all of them, as far as is known. */
    private boolean deleteAll() throws InterruptedException {
        deleted(writer.delete(job, state.active()));
        return active == 0 && mayAct;
    }

    private void deleted(JobWriter.Deleted deleted) {
        active -= deleted.count();
        ready -= deleted.ready();
        terminating += deleted.count();
        failure = deleted.failure();
    }

    private void act(PodPlan plan) throws InterruptedException {
        switch (plan) {
            case PodPlan.Keep() -> action = JobMetrics.Action.TRACKING;
            case PodPlan.Delete(List<Pod> pods) -> {
                action = JobMetrics.Action.PODS_DELETED;
                deleted(writer.deleteUncounted(job, pods));
            }
            case PodPlan.Wait(Duration delay) -> {
                action = JobMetrics.Action.PODS_CREATED;
                againIn(delay);
            }
            case PodPlan.Create(List<Integer> indexes, Duration delay) -> {
                action = JobMetrics.Action.PODS_CREATED;
                SlowStart.Outcome outcome = writer.create(job, indexes, state.delayed());
                active += outcome.succeeded();
                failure = outcome.failure();
                metrics.created(state, outcome.succeeded(), outcome.failure() != null);
                againIn(delay);
            }
        }
    }

    private void againIn(@Nullable Duration delay) {
        if (delay != null && (again == null || delay.compareTo(again) < 0)) {
            again = delay;
        }
    }

    /** Says by a condition whether the Job is suspended. The time that it may be active begins anew when it is resumed. */
    private void suspendOrResume(boolean suspended) {
        String reason = suspended ? "JobSuspended" : "JobResumed";
        String message = suspended ? "Job suspended" : "Job resumed";
        MapValue changed = Tracking.condition(status, "Suspended", suspended, reason, message, now);
        if (!changed.equals(status)) {
            status = suspended ? changed.without("startTime") : changed.with("startTime", Times.format(now));
            event = () -> events.normal(job, suspended ? "Suspended" : "Resumed", message);
        }
    }

    private void track(@Nullable Ending ending) throws InterruptedException {
        Tracking tracking = Tracking.of(state, status, ending);
        status = tracking.status();
        if (ending != null) {
            status = Tracking.condition(status, ending.target(), true, ending.reason(), ending.message(), now);
        }
        Job written = write(job);
        tracking.actions().forEach(metrics::handledByPolicy);
        if (event != null) {
            event.run();
        }
        JobWriter.Released released = writer.release(job, tracking.ended());
        Set<String> held = new HashSet<>(tracking.held());
        held.removeAll(released.uids());
        status = Tracking.settle(status, held);
        boolean ends = released.failure() == null && tracking.all() && terminating == 0 && Tracking.isSettled(status);
        Ending end = ends ? ending : null;
        if (end != null) {
            end(end);
        }
        write(written);
        if (released.failure() != null) {
            throw released.failure();
        }
        if (end != null) {
            tell(end);
        }
    }

    /** Writes the status if it differs from that of {@code from}. */
    private Job write(Job from) {
        if (status.equals(from.status().value())) {
            return from;
        }
        Job written = writer.writeStatus(from, status);
        memory.backoff(job.uid(), backoff);
        metrics.counted(from, written);
        return written;
    }

    private void end(Ending ending) {
        status = Tracking.condition(status, ending.end(), true, ending.reason(), ending.message(), now);
        if (ending.succeeds()) {
            status = status.with("completionTime", Times.format(now));
        }
    }

    private void tell(Ending ending) {
        metrics.finished(job, ending);
        if (!ending.succeeds()) {
            events.warning(job, ending.reason(), ending.message());
            return;
        }
        if (job.spec().hasCompletions()
                && status.integer("succeeded", 0) > job.spec().completions()) {
            events.warning(
                    job, "TooManySucceededPods", "Too many succeeded pods running after completion count reached");
        }
        events.normal(job, "Completed", "Job completed");
    }
}
