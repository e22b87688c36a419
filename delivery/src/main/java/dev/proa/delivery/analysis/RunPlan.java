package dev.proa.delivery.analysis;

import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.AnalysisRunStatus;
import dev.proa.delivery.argo.Measurement;
import dev.proa.delivery.argo.Metric;
import dev.proa.delivery.argo.MetricResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which measurements of a run are due, and when the next one is. */
final class RunPlan {
    /** How soon a measurement that had an error is tried again. */
    static final Duration RETRY = Duration.ofSeconds(10);

    private RunPlan() {}

    /**
     * A measurement to take.
     *
     * @param metric its index
     * @param incomplete a measurement in progress to be resumed; null for a new one
     */
    record Task(int metric, @Nullable Measurement incomplete) {}

    /**
     * The measurements that are due.
     *
     * @param metrics with their arguments
     * @param ended whether what a measurement in progress waits for has happened, so that it need not wait until {@code resumeAt}
     */
    static List<Task> due(AnalysisRun run, List<Metric> metrics, Instant now, Predicate<Measurement> ended) {
        List<Task> tasks = new ArrayList<>();
        boolean terminating = Results.isTerminating(run);
        for (int i = 0; i < metrics.size(); i++) {
            Metric metric = metrics.get(i);
            MetricResult result = Results.find(run.status(), metric.name());
            Measurement last = Results.last(result);
            if (result != null && AnalysisPhases.isEnd(result.phase())) {
                continue;
            }
            if (last != null && last.finishedAt() == null) {
                Instant resume = last.resumeAt();
                if (terminating || resume == null || !resume.isAfter(now) || ended.test(last)) {
                    tasks.add(new Task(i, last));
                }
                continue;
            }
            Instant next = terminating ? null : next(run.status(), metric, result, now);
            if (next != null && !next.isAfter(now)) {
                tasks.add(new Task(i, null));
            }
        }
        return tasks;
    }

    /** When a metric without a measurement in progress is measured; null for never again. */
    private static @Nullable Instant next(
            AnalysisRunStatus status, Metric metric, @Nullable MetricResult result, Instant now) {
        Measurement last = Results.last(result);
        if (result == null || last == null) {
            Instant started = status.startedAt();
            return metric.initialDelay().isEmpty()
                    ? now
                    : (started == null ? now : started).plus(Limits.duration(metric.initialDelay()));
        }
        Instant finished = last.finishedAt();
        Integer count = Limits.count(metric);
        if (finished == null || count != null && result.count() >= count) {
            return null;
        }
        boolean retry =
                last.phase().equals(AnalysisPhases.ERROR) || metric.interval().isEmpty();
        return finished.plus(retry ? RETRY : Limits.duration(metric.interval()));
    }

    /** When a run is to be looked at again; null for not before something changes. */
    static @Nullable Instant next(AnalysisRunStatus status, List<Metric> metrics, Instant now) {
        Instant earliest = null;
        for (Metric metric : metrics) {
            MetricResult result = Results.find(status, metric.name());
            if (result != null && AnalysisPhases.isEnd(result.phase())) {
                continue;
            }
            Measurement last = Results.last(result);
            Instant at =
                    last != null && last.finishedAt() == null ? last.resumeAt() : next(status, metric, result, now);
            earliest = at == null || earliest != null && earliest.isBefore(at) ? earliest : at;
        }
        return earliest;
    }
}
