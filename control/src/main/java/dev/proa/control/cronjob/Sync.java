package dev.proa.control.cronjob;

import dev.proa.api.batch.v1.CronJob;
import dev.proa.api.batch.v1.CronJobStatus;
import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.ObjectReference;
import dev.proa.api.cron.CronSchedule;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.control.shared.Jobs;
import dev.proa.control.shared.Owners;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One sync of a CronJob: it follows its Jobs, and starts the one that is due. For one thread. */
final class Sync {
    private static final String SCHEDULED_TIMESTAMP = "batch.kubernetes.io/cronjob-scheduled-timestamp";
    private static final DateTimeFormatter RFC_1123 =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss xx", Locale.ENGLISH);

    private final CronJob cronJob;
    private final List<Job> jobs;
    private final Instant now;
    private final ZoneId zone;
    private final Supplier<CronJob> fresh;
    private final JobWriter writer;
    private final EventRecorder events;
    private CronJobStatus status;

    /**
     * @param jobs all that the CronJob controls
     * @param zone of a schedule that names none
     * @param fresh reads the CronJob from the API server
     */
    Sync(
            CronJob cronJob,
            List<Job> jobs,
            Instant now,
            ZoneId zone,
            Supplier<CronJob> fresh,
            JobWriter writer,
            EventRecorder events) {
        this.cronJob = cronJob;
        this.jobs = jobs;
        this.now = now;
        this.zone = zone;
        this.fresh = fresh;
        this.writer = writer;
        this.events = events;
        this.status = cronJob.status();
    }

    CronJobStatus status() {
        return status;
    }

    boolean isStatusChanged() {
        return !status.value().equals(cronJob.status().value());
    }

    /**
     * The schedule of a CronJob.
     *
     * @throws IllegalArgumentException when it cannot be read
     */
    static CronSchedule schedule(CronJob cronJob, ZoneId zone) {
        String name = cronJob.spec().timeZone();
        ZoneId own = CronSchedule.isZone(name) ? ZoneId.of(name) : zone;
        return CronSchedule.parse(cronJob.spec().schedule(), own);
    }

    /** Does what is to be done now; returns in how long to sync again, or null when nothing is due before something changes. */
    @Nullable
    Duration run() {
        deleteOldest(
                "Complete",
                cronJob.spec().successfulJobsHistoryLimit(),
                cronJob.spec().hasSuccessfulJobsHistoryLimit());
        deleteOldest(
                "Failed",
                cronJob.spec().failedJobsHistoryLimit(),
                cronJob.spec().hasFailedJobsHistoryLimit());
        followJobs();
        forgetMissingJobs();
        if (cronJob.isDeleting()) {
            return null;
        }
        String name = cronJob.spec().timeZone();
        if (cronJob.spec().hasTimeZone() && !CronSchedule.isZone(name)) {
            events.warning(cronJob, "UnknownTimeZone", "invalid timeZone: \"" + name + "\": unknown time zone " + name);
            return null;
        }
        return cronJob.spec().suspend() ? null : startDue();
    }

    private void deleteOldest(String condition, int limit, boolean limited) {
        List<Job> finished = jobs.stream()
                .filter(job -> condition.equals(finishedAs(job)))
                .sorted(Comparator.comparing(
                                (Job job) -> job.status().startTime(), Comparator.nullsLast(Comparator.naturalOrder()))
                        .thenComparing(Job::name))
                .toList();
        for (int i = 0; limited && i < finished.size() - limit; i++) {
            Job job = finished.get(i);
            if (!job.isDeleting() && writer.delete(cronJob, job)) {
                removeActive(job.uid());
            }
        }
    }

    /** {@code Complete} or {@code Failed}; null while it goes on. */
    private static @Nullable String finishedAs(Job job) {
        MapValue condition = Jobs.finishedCondition(job);
        return condition == null ? null : condition.string("type");
    }

    private void followJobs() {
        for (Job job : jobs) {
            boolean active = isActive(job.uid());
            String finished = finishedAs(job);
            if (finished == null) {
                if (!active) {
                    expectKnown(job);
                }
                continue;
            }
            if (active) {
                removeActive(job.uid());
                events.normal(
                        cronJob, "SawCompletedJob", "Saw completed job: " + job.name() + ", condition: " + finished);
            }
            Instant end = job.status().completionTime();
            Instant last = status.lastSuccessfulTime();
            if (finished.equals("Complete") && end != null && (last == null || end.isAfter(last))) {
                status = status.withLastSuccessfulTime(end);
            }
        }
    }

    /** A running Job that the status does not name was made before a crash, or by somebody else. */
    private void expectKnown(Job job) {
        CronJobStatus current = fresh.get().status();
        if (current.active().stream().anyMatch(active -> active.uid().equals(job.uid()))) {
            status = current;
            return;
        }
        events.warning(
                cronJob, "UnexpectedJob", "Saw a job that the controller did not create or forgot: " + job.name());
    }

    private void forgetMissingJobs() {
        Set<String> known = new HashSet<>();
        jobs.forEach(job -> known.add(job.uid()));
        for (ObjectReference active : status.active()) {
            if (!known.contains(active.uid()) && writer.find(active.namespace(), active.name()) == null) {
                events.normal(cronJob, "MissingJob", "Active job went missing: " + active.name());
                removeActive(active.uid());
            }
        }
    }

    private @Nullable Duration startDue() {
        String text = cronJob.spec().schedule();
        if (text.contains("TZ")) {
            events.warning(
                    cronJob,
                    "UnsupportedSchedule",
                    "CRON_TZ or TZ used in schedule \"" + text + "\" is not officially supported, see"
                            + " https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details");
        }
        CronSchedule schedule;
        try {
            schedule = schedule(cronJob, zone);
        } catch (IllegalArgumentException e) {
            events.warning(
                    cronJob, "UnparseableSchedule", "unparseable schedule: \"" + text + "\" : " + e.getMessage());
            return null;
        }
        ScheduledTimes.Due due;
        try {
            due = new ScheduledTimes(cronJob, schedule, now).due();
        } catch (DateTimeException e) {
            events.warning(cronJob, "InvalidSchedule", "invalid schedule: " + text + " : " + e.getMessage());
            return null;
        }
        if (due.time() != null) {
            if (due.isTooMany()) {
                events.warning(
                        cronJob,
                        "TooManyMissedTimes",
                        "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
            }
            if (!start(due.time())) {
                return null;
            }
        }
        return new ScheduledTimes(cronJob.withStatus(status), schedule, now).untilNext();
    }

    /** Starts the Job of a time unless something speaks against it; false when the status is somebody else's to write. */
    private boolean start(Instant time) {
        if (cronJob.spec().hasStartingDeadlineSeconds()
                && time.plusSeconds(cronJob.spec().startingDeadlineSeconds()).isBefore(now)) {
            events.warning(
                    cronJob,
                    "MissSchedule",
                    "Missed scheduled time to start a job: " + RFC_1123.format(time.atZone(ZoneOffset.UTC)));
            return true;
        }
        String name = cronJob.name() + "-" + Math.floorDiv(time.getEpochSecond(), 60);
        boolean started =
                status.active().stream().anyMatch(active -> active.name().equals(name));
        if (started || time.equals(status.lastScheduleTime())) {
            return true;
        }
        switch (cronJob.spec().concurrencyPolicy()) {
            case "Forbid" -> {
                if (!status.active().isEmpty()) {
                    events.normal(
                            cronJob,
                            "JobAlreadyActive",
                            "Not starting job because prior execution is running and concurrency policy is Forbid");
                    return true;
                }
            }
            case "Replace" -> deleteActive();
            default -> {}
        }
        return create(time, name);
    }

    private void deleteActive() {
        for (ObjectReference active : status.active()) {
            Job job = writer.find(active.namespace(), active.name());
            if (job == null) {
                removeActive(active.uid());
            } else if (writer.delete(cronJob, job)) {
                removeActive(job.uid());
            } else {
                throw new IllegalStateException("could not replace job " + job.namespace() + "/" + job.name());
            }
        }
    }

    private boolean create(Instant time, String name) {
        Job job = writer.create(cronJob, job(time, name));
        if (job == null || isActive(job.uid())) {
            return false;
        }
        List<ObjectReference> active = new ArrayList<>(status.active());
        active.add(EventRecorder.reference(job));
        status = status.withActive(active).withLastScheduleTime(time);
        return true;
    }

    private Job job(Instant time, String name) {
        MapValue template = cronJob.value().map("spec").map("jobTemplate");
        MapValue metadata = template.map("metadata");
        ZoneId shown = cronJob.spec().hasTimeZone() ? ZoneId.of(cronJob.spec().timeZone()) : ZoneOffset.UTC;
        String timestamp = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssXXX", Locale.ROOT)
                .format(time.atZone(shown));
        return new Job(MapValue.of(
                "apiVersion",
                Job.KIND.apiVersion(),
                "kind",
                Job.KIND.kind(),
                "metadata",
                MapValue.of(
                        "name",
                        name,
                        "namespace",
                        cronJob.namespace(),
                        "labels",
                        metadata.map("labels"),
                        "annotations",
                        metadata.map("annotations").with(SCHEDULED_TIMESTAMP, timestamp),
                        "ownerReferences",
                        ListValue.of(Owners.controllerReference(CronJob.KIND, cronJob)
                                .value())),
                "spec",
                template.map("spec")));
    }

    private boolean isActive(String uid) {
        return status.active().stream().anyMatch(active -> active.uid().equals(uid));
    }

    private void removeActive(String uid) {
        if (isActive(uid)) {
            List<ObjectReference> left = status.active().stream()
                    .filter(active -> !active.uid().equals(uid))
                    .toList();
            status = left.isEmpty() ? status.withoutActive() : status.withActive(left);
        }
    }
}
