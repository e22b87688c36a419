package dev.proa.control.job;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.core.v1.Pod;
import dev.proa.control.shared.Pods;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The metrics {@code job_controller_*} of kube-controller-manager. Thread-safe. */
final class JobMetrics {
    private final Histogram duration;
    private final Counter syncs;
    private final Counter finished;
    private final Counter external;
    private final Counter pods;
    private final Counter policyActions;
    private final Counter terminated;
    private final Counter indexes;
    private final Counter creations;
    private final Counter stale;

    /** What a sync did about the number of pods. */
    enum Action {
        /** Nothing, because the cache does not show yet what was done before, or the Job ends. */
        RECONCILING,
        TRACKING,
        PODS_CREATED,
        PODS_DELETED;

        private String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    JobMetrics(PrometheusRegistry registry) {
        duration = Histogram.builder()
                .name("job_controller_job_sync_duration_seconds")
                .help("The time it took to sync a job")
                .labelNames("completion_mode", "result", "action")
                .classicOnly()
                .classicExponentialUpperBounds(0.004, 2, 15)
                .register(registry);
        syncs = counter(registry, "job_syncs_total", "The number of job syncs", "completion_mode", "result", "action");
        finished = counter(
                registry, "jobs_finished_total", "The number of finished jobs", "completion_mode", "result", "reason");
        external = counter(
                registry,
                "jobs_by_external_controller_total",
                "The number of Jobs managed by an external controller",
                "controller_name");
        pods = counter(
                registry,
                "job_pods_finished_total",
                "The number of finished Pods that are fully tracked",
                "completion_mode",
                "result");
        policyActions = counter(
                registry,
                "pod_failures_handled_by_failure_policy_total",
                "The number of failed Pods handled by failure policy, by the action of the rule that matched",
                "action");
        terminated = counter(
                registry,
                "terminated_pods_tracking_finalizer_total",
                "The number of terminated pods that got or lost the finalizer batch.kubernetes.io/job-tracking",
                "event");
        indexes = counter(
                registry, "job_finished_indexes_total", "The number of finished indexes", "status", "backoffLimit");
        creations = counter(
                registry,
                "job_pods_creation_total",
                "The number of Pods created by the Job controller, by why they were created",
                "reason",
                "status");
        stale = counter(
                registry,
                "stale_sync_skips_total",
                "Total number of Job syncs skipped due to a stale watch cache.",
                "group",
                "resource");
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help, String... labels) {
        return Counter.builder()
                .name("job_controller_" + name)
                .help(help)
                .labelNames(labels)
                .register(registry);
    }

    /** A sync of a Job has ended. */
    void synced(Job job, boolean success, Action action, Duration took) {
        String result = success ? "success" : "error";
        duration.labelValues(mode(job), result, action.label()).observe(took.toNanos() / 1e9);
        syncs.labelValues(mode(job), result, action.label()).inc();
    }

    /** A sync of a Job was put off, because the cache is older than what was written. */
    void stale() {
        stale.labelValues("batch", "jobs").inc();
    }

    /** There is a Job that another controller looks after. */
    void external(String controller) {
        external.labelValues(controller).inc();
    }

    /** Pods were created. */
    void created(JobState state, int succeeded, boolean failed) {
        String reason = "new";
        if (state.job().spec().podReplacementPolicy().equals("Failed") && state.failed() > 0) {
            reason = "recreate_failed";
        } else if (state.failed() > 0 || state.terminating() > 0) {
            reason = "recreate_terminating_or_failed";
        }
        if (succeeded > 0) {
            creations.labelValues(reason, "succeeded").inc(succeeded);
        }
        if (failed) {
            creations.labelValues(reason, "failed").inc();
        }
    }

    /** A status with other counters was written. */
    void counted(Job before, Job after) {
        int completions = after.spec().completions();
        int succeeded = after.status().succeeded() - before.status().succeeded();
        if (JobState.isIndexed(after)) {
            // not by the counter, which also sinks when the Job gets fewer indexes
            succeeded = Indexes.parse(after.status().completedIndexes(), completions)
                            .size()
                    - Indexes.parse(before.status().completedIndexes(), completions)
                            .size();
            String limit = JobState.hasLimitPerIndex(after) ? "perIndex" : "global";
            add(indexes, succeeded, "succeeded", limit);
            add(
                    indexes,
                    Indexes.parse(after.status().failedIndexes(), completions).size()
                            - Indexes.parse(before.status().failedIndexes(), completions)
                                    .size(),
                    "failed",
                    limit);
        }
        add(pods, succeeded, mode(after), "succeeded");
        add(pods, after.status().failed() - before.status().failed(), mode(after), "failed");
    }

    private static void add(Counter counter, int amount, String... labels) {
        if (amount > 0) {
            counter.labelValues(labels).inc(amount);
        }
    }

    void finished(Job job, Ending ending) {
        finished.labelValues(mode(job), ending.succeeds() ? "succeeded" : "failed", ending.reason())
                .inc();
    }

    void handledByPolicy(String action, int count) {
        policyActions.labelValues(action).inc(count);
    }

    /** A pod was added, changed or deleted; null stands for none. */
    void tracked(@Nullable Pod before, @Nullable Pod after) {
        boolean was = isFinishedAndTracked(before);
        boolean is = isFinishedAndTracked(after);
        if (was != is) {
            terminated.labelValues(is ? "add" : "delete").inc();
        }
    }

    private static boolean isFinishedAndTracked(@Nullable Pod pod) {
        return pod != null && Pods.isFinished(pod) && JobPods.isTracked(pod);
    }

    private static String mode(Job job) {
        return JobState.isIndexed(job) ? "Indexed" : "NonIndexed";
    }
}
