package dev.proa.control.ttlafterfinished;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Jobs;
import io.prometheus.metrics.core.metrics.Histogram;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Deletes Jobs, and their pods with them, so many seconds after they ended as they say. */
public final class TtlAfterFinishedController {
    private static final int WORKERS = 5;

    private final Clock clock;
    private final Informer<Job> jobs;
    private final ResourceClient<Job> client;
    private final Histogram lateness;

    public TtlAfterFinishedController(ControlContext shared) {
        ControlContext context = shared.as("ttl-after-finished-controller");
        this.clock = context.clock();
        this.jobs = context.informers().informer(Job.KIND);
        this.client = context.client().resource(Job.KIND);
        this.lateness = Histogram.builder()
                .name("ttl_after_finished_controller_job_deletion_duration_seconds")
                .help("The time it took to delete the job since it became eligible for deletion")
                .classicOnly()
                .classicExponentialUpperBounds(0.1, 2, 14)
                .register(context.metrics());
        context.<ObjectKey>controller("ttl-after-finished-controller", this::reconcile)
                .workers(WORKERS)
                .watch(jobs, job -> expiry(job) == null ? null : ObjectKey.of(job.value()));
    }

    private Result reconcile(ObjectKey key) {
        Job cached = jobs.get(key);
        if (cached == null) {
            return Result.DONE;
        }
        Instant now = clock.instant();
        Result wait = waitFor(expiry(cached), now);
        if (wait != null) {
            return wait;
        }
        // The seconds may have been changed since: what is deleted does not come back.
        Job fresh = client.in(key.namespace()).find(key.name());
        Instant expiry = fresh == null ? null : expiry(fresh);
        wait = waitFor(expiry, now);
        if (fresh == null || expiry == null || wait != null) {
            return wait == null ? Result.DONE : wait;
        }
        delete(fresh);
        lateness.observe(Duration.between(expiry, clock.instant()).toNanos() / 1e9);
        return Result.DONE;
    }

    /** Null when it is time. */
    private static @Nullable Result waitFor(@Nullable Instant expiry, Instant now) {
        if (expiry == null) {
            return Result.DONE;
        }
        return expiry.isAfter(now) ? Result.after(Duration.between(now, expiry)) : null;
    }

    /** When a Job is to be deleted; null when it does not say, has not ended, or is being deleted already. */
    static @Nullable Instant expiry(Job job) {
        MapValue finished = Jobs.finishedCondition(job);
        if (finished == null || job.isDeleting() || !job.spec().hasTtlSecondsAfterFinished()) {
            return null;
        }
        Instant at = Times.parse(finished.get("lastTransitionTime"));
        return at == null ? null : at.plusSeconds(job.spec().ttlSecondsAfterFinished());
    }

    private void delete(Job job) {
        MapValue options =
                MapValue.of("propagationPolicy", "Foreground", "preconditions", MapValue.of("uid", job.uid()));
        try {
            client.in(job.namespace()).delete(job.name(), new DeleteOptions(options));
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }
}
