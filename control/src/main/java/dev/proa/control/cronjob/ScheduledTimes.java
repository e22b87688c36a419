package dev.proa.control.cronjob;

import dev.proa.api.batch.v1.CronJob;
import dev.proa.api.cron.CronSchedule;
import dev.proa.api.value.Times;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When the Jobs of one CronJob are due, as kube-controller-manager computes it. */
final class ScheduledTimes {
    /** How late the controller looks, so that the clock is past the time for certain. */
    static final Duration MARGIN = Duration.ofMillis(100);

    private static final int MANY = 100;

    private final CronJob cronJob;
    private final CronSchedule schedule;
    private final Instant now;

    ScheduledTimes(CronJob cronJob, CronSchedule schedule, Instant now) {
        this.cronJob = cronJob;
        this.schedule = schedule;
        this.now = now;
    }

    /**
     * The newest time that is due.
     *
     * @param from since when: the last time for which a Job was made, the creation of the CronJob, or its starting deadline before now
     * @param time null when none is due
     * @param missed how many are due, at a guess
     */
    record Due(Instant from, @Nullable Instant time, long missed) {
        /** Whether so many are due that a clock is probably wrong. */
        boolean isTooMany() {
            return missed > MANY;
        }
    }

    /**
     * What is due now, within the starting deadline.
     *
     * @throws DateTimeException for a schedule that is never due
     */
    Due due() {
        return due(true);
    }

    private Due due(boolean withinDeadline) {
        Instant from = since();
        if (withinDeadline && cronJob.spec().hasStartingDeadlineSeconds()) {
            Instant earliest = now.minusSeconds(cronJob.spec().startingDeadlineSeconds());
            from = earliest.isAfter(from) ? earliest : from;
        }
        Instant first = next(from);
        if (now.isBefore(first)) {
            return new Due(from, null, 0);
        }
        Instant second = next(first);
        if (now.isBefore(second)) {
            return new Due(from, first, 0);
        }
        long interval = Duration.between(first, second).toSeconds();
        long missed = Duration.between(first, now).toSeconds() / interval + 1;
        return new Due(from, newest(first, interval, missed), missed);
    }

    /**
     * The newest time that is due, at or after {@code first}. It is looked for from an interval before where it would be if all intervals
     * were alike, and, as they need not be, from further and further back. (kube-controller-manager looks once, and misses the last run of
     * a day whose schedule has a pause after it.)
     */
    private Instant newest(Instant first, long interval, long missed) {
        for (long back = 2; back < missed; back *= 2) {
            Instant time = newestAfter(first.plusSeconds((missed - back) * interval));
            if (time != null) {
                return time;
            }
        }
        Instant time = newestAfter(first);
        return time == null ? first : time;
    }

    private @Nullable Instant newestAfter(Instant start) {
        Instant time = null;
        Instant next = next(start);
        while (!next.isAfter(now)) {
            time = next;
            next = next(next);
        }
        return time;
    }

    private Instant next(Instant time) {
        Instant next = schedule.next(time);
        if (next == null) {
            throw new DateTimeException("time difference between two schedules is less than 1 second");
        }
        return next;
    }

    private Instant since() {
        Instant last = cronJob.status().lastScheduleTime();
        if (last != null) {
            return last;
        }
        Instant created = Times.parse(cronJob.value().map("metadata").get("creationTimestamp"));
        return created == null ? now : created;
    }

    /** In how long the controller has to look again; null for a schedule that is never due again. */
    @Nullable
    Duration untilNext() {
        Instant from;
        try {
            Due due = due(false);
            Instant time = due.time();
            from = time != null ? time : due.missed() == 0 ? due.from() : now;
        } catch (DateTimeException e) {
            from = now;
        }
        Instant next = schedule.next(from);
        return next == null ? null : Duration.between(now, next).plus(MARGIN);
    }
}
