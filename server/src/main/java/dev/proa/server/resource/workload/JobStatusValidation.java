package dev.proa.server.resource.workload;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.time.Instant;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Validates the status of jobs, which other controllers than Kubernetes' own may write too (KEP-4368). What is wrong already may stay,
 * so that a status can be written after the spec has changed: most rules hold only for what a request changes.
 */
final class JobStatusValidation {
    private static final Path STATUS = Path.of("status");
    private static final Path CONDITIONS = STATUS.child("conditions");

    private final MapValue spec;
    private final MapValue status;
    private final MapValue oldStatus;
    private final Errors errors;
    private final boolean complete;
    private final boolean failed;
    private final boolean finished;
    private final boolean successCriteriaMet;
    private final boolean completeChanged;
    private final boolean failedChanged;
    private final boolean finishedChanged;

    private JobStatusValidation(MapValue job, MapValue old, Errors errors) {
        this.spec = job.map("spec");
        this.status = job.map("status");
        this.oldStatus = old.map("status");
        this.errors = errors;
        this.complete = is(status, "Complete");
        this.failed = is(status, "Failed");
        this.finished = complete || failed;
        this.successCriteriaMet = is(status, "SuccessCriteriaMet");
        this.completeChanged = changed("Complete");
        this.failedChanged = changed("Failed");
        this.finishedChanged = finished != (is(oldStatus, "Complete") || is(oldStatus, "Failed"));
    }

    static void check(MapValue job, @Nullable MapValue old, Errors errors) {
        if (old == null) {
            return;
        }
        JobStatusValidation validation = new JobStatusValidation(job, old, errors);
        validation.counts();
        validation.ends();
        validation.finished();
        validation.indexes();
        validation.pods();
        validation.successCriteria();
        validation.transitions();
    }

    static boolean is(MapValue status, String condition) {
        return has(status, condition, "True");
    }

    private static boolean has(MapValue status, String condition, String value) {
        ListValue conditions = status.list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals(condition)) {
                return conditions.map(i).string("status").equals(value);
            }
        }
        return false;
    }

    private boolean changed(String condition) {
        return is(status, condition) != is(oldStatus, condition);
    }

    /** Whether a field differs; one without value is absent. */
    private boolean differs(String field) {
        return !Values.same(status.get(field), oldStatus.get(field));
    }

    private boolean countDiffers(String field) {
        return status.integer(field, 0) != oldStatus.integer(field, 0);
    }

    private void counts() {
        for (String name : new String[] {"active", "succeeded", "failed", "ready", "terminating"}) {
            errors.notNegative(STATUS.child(name), status.get(name));
        }
        Set<Object> seen = new HashSet<>();
        for (String name : new String[] {"succeeded", "failed"}) {
            ListValue uids = status.map("uncountedTerminatedPods").list(name);
            Path path = STATUS.child("uncountedTerminatedPods").child(name);
            for (int i = 0; i < uids.size(); i++) {
                Object uid = Objects.requireNonNullElse(uids.get(i), "");
                if (uid.equals("")) {
                    errors.invalid(path.index(i), uid, "must not be empty");
                } else if (!seen.add(uid)) {
                    errors.duplicate(path.index(i), uid);
                }
            }
        }
    }

    private void ends() {
        boolean completionTimeChanged = differs("completionTime");
        Object completionTime = status.get("completionTime");
        refuse(
                (completeChanged || failedChanged) && complete && failed,
                "cannot set Complete=True and Failed=true conditions");
        refuse(
                (completeChanged || changed("FailureTarget")) && complete && is(status, "FailureTarget"),
                "cannot set Complete=True and FailureTarget=true conditions");
        if ((completeChanged || completionTimeChanged) && completionTime != null && !complete) {
            errors.invalid(
                    STATUS.child("completionTime"),
                    completionTime,
                    "cannot set completionTime when there is no Complete=True condition");
        }
        if ((completeChanged || completionTimeChanged) && completionTime == null && complete) {
            errors.required(STATUS.child("completionTime"), "completionTime is required for Complete jobs");
        }
        Instant started = Times.parse(status.get("startTime"));
        Instant ended = Times.parse(completionTime);
        if ((differs("startTime") || completionTimeChanged)
                && started != null
                && ended != null
                && ended.isBefore(started)) {
            errors.invalid(STATUS.child("completionTime"), completionTime, "must be equal to or after `startTime`");
        }
        refuse(
                (failedChanged || differs("failedIndexes")) && failed && !is(status, "FailureTarget"),
                "cannot set Failed=True condition without the FailureTarget=true condition");
        refuse(
                (completeChanged || changed("SuccessCriteriaMet")) && complete && !successCriteriaMet,
                "cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
    }

    private void finished() {
        if (!finished) {
            return;
        }
        if ((finishedChanged || countDiffers("active")) && status.integer("active", 0) > 0) {
            errors.invalid(STATUS.child("active"), status.get("active"), "active>0 is invalid for finished job");
        }
        boolean neverRuns = spec.bool("suspend") && Values.same(spec.get("completions"), 0L);
        if ((finishedChanged || differs("startTime")) && !neverRuns && status.get("startTime") == null) {
            errors.required(STATUS.child("startTime"), "startTime is required for finished job");
        }
        MapValue uncounted = status.map("uncountedTerminatedPods");
        if ((finishedChanged || !uncounted.equals(oldStatus.map("uncountedTerminatedPods")))
                && !(uncounted.list("succeeded").isEmpty()
                        && uncounted.list("failed").isEmpty())) {
            errors.invalid(STATUS.child("uncountedTerminatedPods"), uncounted, "must be empty for finished job");
        }
    }

    private void indexes() {
        String completed = status.string("completedIndexes");
        Object failed = status.get("failedIndexes");
        boolean completedChanged = !completed.equals(oldStatus.string("completedIndexes"));
        boolean failedChanged = differs("failedIndexes");
        boolean perIndex = spec.get("backoffLimitPerIndex") != null;
        boolean counted = spec.get("completions") != null;
        if (completedChanged && counted) {
            format("completedIndexes", completed);
        }
        if (failedChanged && counted && perIndex && failed instanceof String text) {
            format("failedIndexes", text);
        }
        if (completedChanged
                && !completed.isEmpty()
                && !spec.string("completionMode").equals("Indexed")) {
            errors.invalid(
                    STATUS.child("completedIndexes"),
                    completed,
                    "cannot set non-empty completedIndexes when non-indexed completion mode");
        }
        if (failedChanged && !perIndex && failed != null) {
            errors.invalid(
                    STATUS.child("failedIndexes"),
                    failed,
                    "cannot set non-null failedIndexes when backoffLimitPerIndex is null");
        }
        if ((completedChanged || failedChanged) && counted && failed instanceof String text) {
            long overlap = JobIndexes.overlap(completed, text, spec.integer("completions", 0));
            if (overlap >= 0) {
                errors.invalid(
                        STATUS.child("failedIndexes"),
                        failed,
                        "failedIndexes and completedIndexes overlap at index: " + overlap);
            }
        }
    }

    private void format(String field, String indexes) {
        try {
            JobIndexes.count(indexes, spec.integer("completions", 0));
        } catch (IllegalArgumentException e) {
            errors.invalid(STATUS.child(field), indexes, "error parsing " + field + ": " + e.getMessage());
        }
    }

    private void pods() {
        if ((finishedChanged || differs("terminating")) && finished && status.integer("terminating", 0) > 0) {
            errors.invalid(
                    STATUS.child("terminating"),
                    status.get("terminating"),
                    "terminating>0 is invalid for finished job");
        }
        if ((differs("ready") || countDiffers("active")) && status.integer("ready", 0) > status.integer("active", 0)) {
            errors.invalid(STATUS.child("ready"), status.get("ready"), "cannot set more ready pods than active");
        }
    }

    private void successCriteria() {
        refuse(successCriteriaMet && failed, "cannot set SuccessCriteriaMet=True and Failed=true conditions");
        refuse(
                successCriteriaMet && is(status, "FailureTarget"),
                "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
        refuse(
                spec.get("successPolicy") != null && !successCriteriaMet && complete,
                "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True");
    }

    private void transitions() {
        for (String type : new String[] {"Failed", "Complete", "FailureTarget"}) {
            refuse(is(oldStatus, type) && !is(status, type), "cannot disable the terminal " + type + "=True condition");
        }
        // Fewer indexes are fewer successes: only indexed jobs with as many pods as indexes can get fewer.
        boolean elastic = spec.string("completionMode").equals("Indexed")
                && Values.same(spec.get("completions"), spec.get("parallelism"));
        decreases("failed");
        if (!elastic) {
            decreases("succeeded");
        }
        Object ended = status.get("completionTime");
        if (ended != null && oldStatus.get("completionTime") != null && differs("completionTime")) {
            errors.invalid(STATUS.child("completionTime"), ended, "field is immutable");
        }
        boolean resuming = is(oldStatus, "Suspended") && has(status, "Suspended", "False");
        if (differs("startTime") && !resuming && oldStatus.get("startTime") != null && !spec.bool("suspend")) {
            errors.invalid(
                    STATUS.child("startTime"),
                    status.get("startTime"),
                    "field is immutable for unsuspended job once set");
        }
        refuse(
                is(oldStatus, "SuccessCriteriaMet") && !successCriteriaMet,
                "cannot disable the SuccessCriteriaMet=True condition");
        refuse(
                is(oldStatus, "Complete") && !is(oldStatus, "SuccessCriteriaMet") && successCriteriaMet,
                "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions");
    }

    private void decreases(String counter) {
        if (status.integer(counter, 0) < oldStatus.integer(counter, 0)) {
            errors.invalid(
                    STATUS.child(counter), status.integer(counter, 0), "cannot decrease the " + counter + " counter");
        }
    }

    private void refuse(boolean wrong, String why) {
        if (wrong) {
            errors.invalidWhole(CONDITIONS, why);
        }
    }
}
