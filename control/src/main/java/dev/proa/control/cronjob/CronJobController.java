package dev.proa.control.cronjob;

import dev.proa.api.batch.v1.CronJob;
import dev.proa.api.batch.v1.Job;
import dev.proa.api.cron.CronSchedule;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.client.ObjectKey;
import dev.proa.client.ResourceClient;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Freshness;
import dev.proa.control.shared.Owners;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Creates Jobs by the schedules of CronJobs, and deletes those that their history limits do not keep. A Job is named after its CronJob and
 * the minute that it was due at, so that no two are made for one time.
 */
public final class CronJobController {
    private static final int WORKERS = 5;

    private final ControlContext context;
    private final Informer<CronJob> cronJobs;
    private final Index<Job> jobsByOwner;
    private final ResourceClient<CronJob> client;
    private final JobWriter jobs;
    private final EventRecorder events;
    private final Freshness freshness = new Freshness();
    private final ZoneId zone;
    private final Controller<ObjectKey> controller;

    public CronJobController(ControlContext shared) {
        this(shared, ZoneId.systemDefault());
    }

    /** @param zone of schedules that name none */
    public CronJobController(ControlContext shared, ZoneId zone) {
        ControlContext context = shared.as("cronjob-controller");
        this.context = context;
        this.zone = zone;
        this.cronJobs = context.informers().informer(CronJob.KIND);
        Informer<Job> informer = context.informers().informer(Job.KIND);
        this.jobsByOwner = informer.indexBy(job -> {
            OwnerReference owner = Owners.controllerOf(job);
            return owner == null ? List.of() : List.of(owner.uid());
        });
        this.client = context.client().resource(CronJob.KIND);
        this.events = context.events("cronjob-controller");
        this.jobs = new JobWriter(context.client().resource(Job.KIND), events);
        this.controller = context.<ObjectKey>controller("cronjob-controller", this::reconcile)
                .workers(WORKERS);
        controller.watchWith(cronJobs, new CronJobHandler()).watch(informer, this::cronJobOf);
    }

    private @Nullable ObjectKey cronJobOf(Job job) {
        OwnerReference owner = Owners.controllerOf(job);
        if (owner == null || !owner.kind().equals("CronJob")) {
            return null;
        }
        CronJob cronJob = cronJobs.get(job.namespace(), owner.name());
        return cronJob == null || !cronJob.uid().equals(owner.uid()) ? null : ObjectKey.of(cronJob.value());
    }

    private Result reconcile(ObjectKey key) {
        CronJob cronJob = cronJobs.get(key);
        if (cronJob == null) {
            freshness.forget(key);
            return Result.DONE;
        }
        if (freshness.isBehind(cronJob)) {
            return Result.after(Duration.ofSeconds(1)); // its event comes before that
        }
        Sync sync = new Sync(
                cronJob,
                jobsByOwner.get(cronJob.uid()),
                context.clock().instant(),
                zone,
                () -> client.in(cronJob.namespace()).get(cronJob.name()),
                jobs,
                events);
        Duration again;
        try {
            again = sync.run();
        } catch (RuntimeException e) {
            try {
                updateStatus(cronJob, sync);
            } catch (RuntimeException other) {
                e.addSuppressed(other);
            }
            throw e;
        }
        updateStatus(cronJob, sync);
        return again == null ? Result.DONE : Result.after(again);
    }

    private void updateStatus(CronJob cronJob, Sync sync) {
        if (sync.isStatusChanged()) {
            freshness.wrote(client.updateStatus(cronJob.withStatus(sync.status())));
        }
    }

    /** A changed schedule is looked at when it is due, all else at once. */
    private final class CronJobHandler implements EventHandler<CronJob> {
        @Override
        public void added(CronJob cronJob) {
            controller.queue().add(ObjectKey.of(cronJob.value()));
        }

        @Override
        public void updated(CronJob before, CronJob after) {
            boolean rescheduled = !before.spec().schedule().equals(after.spec().schedule())
                    || !before.spec().timeZone().equals(after.spec().timeZone());
            if (!rescheduled || !before.uid().equals(after.uid())) {
                added(after);
                return;
            }
            CronSchedule schedule;
            try {
                schedule = Sync.schedule(after, zone);
            } catch (IllegalArgumentException e) {
                events.warning(
                        after,
                        "UnParseableCronJobSchedule",
                        "unparseable schedule for cronjob: " + after.spec().schedule());
                return;
            }
            Instant now = context.clock().instant();
            Duration next = new ScheduledTimes(after, schedule, now).untilNext();
            if (next != null) {
                controller.queue().addAfter(ObjectKey.of(after.value()), next);
            }
        }

        @Override
        public void deleted(CronJob last) {
            added(last);
        }
    }
}
