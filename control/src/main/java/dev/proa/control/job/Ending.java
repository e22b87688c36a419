package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.shared.Conditions;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * That a Job is to end, and why. It ends in two steps (KEP-3939, KEP-3998), so that nobody takes it for finished while pods of it run:
 *
 * <pre>
 *   FailureTarget      ──► its pods are deleted, none is left ──► Failed
 *   SuccessCriteriaMet ──► its pods are deleted, none is left ──► Complete
 * </pre>
 *
 * @param succeeds whether it ends well
 * @param reason for the conditions of both steps
 * @param message likewise
 */
record Ending(boolean succeeds, String reason, String message) {
    static final String FAILURE_TARGET = "FailureTarget";
    static final String SUCCESS_CRITERIA_MET = "SuccessCriteriaMet";

    private static final Ending ENOUGH =
            new Ending(true, "CompletionsReached", "Reached expected number of succeeded pods");

    /** The condition of the first step. */
    String target() {
        return succeeds ? SUCCESS_CRITERIA_MET : FAILURE_TARGET;
    }

    /** The condition of the second step. */
    String end() {
        return succeeds ? "Complete" : "Failed";
    }

    /**
     * Why the Job ends although pods of it may run: what was decided before, then what lets it fail, then its success policy. Null
     * when it goes on.
     *
     * @param started when it was started or resumed last; null when it was not, or is suspended
     */
    static @Nullable Ending of(JobState state, @Nullable Instant started, Instant now) {
        Ending decided = decided(state.job());
        if (decided != null) {
            return decided;
        }
        Ending failure = failure(state, started, now);
        if (failure != null || !state.isIndexed()) {
            return failure;
        }
        Ending indexes = failedIndexes(state);
        if (indexes != null) {
            return indexes;
        }
        String rule = SuccessPolicies.met(state.job(), state.completed());
        return rule == null ? null : new Ending(true, "SuccessPolicy", rule);
    }

    /**
     * That enough pods succeeded and none runs. Null when that is not so.
     *
     * @param active how many pods run
     */
    static @Nullable Ending completed(JobState state, int active) {
        boolean enough = state.job().spec().hasCompletions()
                ? state.succeeded() >= state.job().spec().completions()
                : state.succeeded() > 0;
        return enough && active == 0 ? ENOUGH : null;
    }

    private static @Nullable Ending decided(Job job) {
        ListValue conditions = job.value().map("status").list("conditions");
        for (String type : new String[] {SUCCESS_CRITERIA_MET, FAILURE_TARGET}) {
            MapValue target = Conditions.get(conditions, type);
            if (target != null && target.string("status").equals("True")) {
                return new Ending(type.equals(SUCCESS_CRITERIA_MET), target.string("reason"), target.string("message"));
            }
        }
        return null;
    }

    private static @Nullable Ending failure(JobState state, @Nullable Instant started, Instant now) {
        Job job = state.job();
        for (Pod pod : job.spec().hasPodFailurePolicy() ? state.pods() : List.<Pod>of()) {
            String message =
                    JobPods.hasFailed(pod, job) ? FailurePolicy.match(job, pod).message() : "";
            if (!message.isEmpty()) {
                return new Ending(false, "PodFailurePolicy", message);
            }
        }
        if (state.failed() > job.spec().backoffLimit() || restartedTooOften(job, state.pods())) {
            return new Ending(false, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        }
        Duration left = untilDeadline(job, started, now);
        return left != null && !left.isPositive()
                ? new Ending(false, "DeadlineExceeded", "Job was active longer than specified deadline")
                : null;
    }

    /** The time that is left to it, or was when negative; null when it has no deadline or does not run. */
    static @Nullable Duration untilDeadline(Job job, @Nullable Instant started, Instant now) {
        return started == null || !job.spec().hasActiveDeadlineSeconds()
                ? null
                : Duration.between(now, started.plusSeconds(job.spec().activeDeadlineSeconds()));
    }

    /** Whether containers that are restarted in their pods were so as often as pods may be created anew. */
    private static boolean restartedTooOften(Job job, List<Pod> pods) {
        if (!job.spec().template().spec().restartPolicy().equals("OnFailure")) {
            return false;
        }
        int restarts = 0;
        for (Pod pod : pods) {
            String phase = Pods.phase(pod);
            if (phase.equals("Running") || phase.equals("Pending")) {
                restarts += JobPods.restarts(pod);
            }
        }
        int limit = job.spec().backoffLimit();
        return limit == 0 ? restarts > 0 : restarts >= limit;
    }

    private static @Nullable Ending failedIndexes(JobState state) {
        Indexes failed = state.failedIndexes();
        if (failed == null || failed.isEmpty()) {
            return null;
        }
        Job job = state.job();
        if (job.spec().hasMaxFailedIndexes() && failed.size() > job.spec().maxFailedIndexes()) {
            return new Ending(
                    false,
                    "MaxFailedIndexesExceeded",
                    "Job has exceeded the specified maximal number of failed indexes");
        }
        return failed.size() + state.completed().size() >= job.spec().completions()
                ? new Ending(false, "FailedIndexes", "Job has failed indexes")
                : null;
    }
}
