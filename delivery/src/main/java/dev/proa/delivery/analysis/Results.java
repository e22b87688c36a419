package dev.proa.delivery.analysis;

import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.AnalysisRunStatus;
import dev.proa.delivery.argo.Measurement;
import dev.proa.delivery.argo.MetricResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The results of metrics in the status of a run. */
final class Results {
    private static final Set<String> BAD =
            Set.of(AnalysisPhases.FAILED, AnalysisPhases.ERROR, AnalysisPhases.INCONCLUSIVE);

    private Results() {}

    static @Nullable MetricResult find(AnalysisRunStatus status, String metric) {
        return status.metricResults().stream()
                .filter(result -> result.name().equals(metric))
                .findFirst()
                .orElse(null);
    }

    static AnalysisRunStatus with(AnalysisRunStatus status, MetricResult result) {
        List<MetricResult> results = new ArrayList<>(status.metricResults());
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i).name().equals(result.name())) {
                results.set(i, result);
                return status.withMetricResults(results);
            }
        }
        results.add(result);
        return status.withMetricResults(results);
    }

    static @Nullable Measurement last(@Nullable MetricResult result) {
        return result == null || result.measurements().isEmpty()
                ? null
                : result.measurements().getLast();
    }

    /** Whether a run ends: it was told to, or a metric that counts has ended badly. */
    static boolean isTerminating(AnalysisRun run) {
        return run.spec().terminate()
                || run.status().metricResults().stream()
                        .anyMatch(result -> !result.dryRun() && BAD.contains(result.phase()));
    }

    /**
     * A result with another measurement, which is counted when it has ended.
     *
     * @param resumed whether it takes the place of the last one
     */
    static MetricResult with(MetricResult result, Measurement measurement, boolean resumed, Instant now) {
        Measurement counted = measurement;
        MetricResult next = result;
        if (AnalysisPhases.isEnd(measurement.phase())) {
            counted = measurement.finishedAt() == null ? measurement.withFinishedAt(now) : measurement;
            next = count(result, measurement.phase());
        }
        List<Measurement> measurements = new ArrayList<>(result.measurements());
        if (resumed && !measurements.isEmpty()) {
            measurements.removeLast();
        }
        measurements.add(counted);
        return next.withMeasurements(measurements);
    }

    private static MetricResult count(MetricResult result, String phase) {
        return switch (phase) {
            case AnalysisPhases.SUCCESSFUL ->
                result.withSuccessful(result.successful() + 1)
                        .withCount(result.count() + 1)
                        .withConsecutiveError(0)
                        .withConsecutiveSuccess(result.consecutiveSuccess() + 1);
            case AnalysisPhases.FAILED ->
                result.withFailed(result.failed() + 1)
                        .withCount(result.count() + 1)
                        .withConsecutiveError(0)
                        .withConsecutiveSuccess(0);
            case AnalysisPhases.INCONCLUSIVE ->
                result.withInconclusive(result.inconclusive() + 1)
                        .withCount(result.count() + 1)
                        .withConsecutiveError(0)
                        .withConsecutiveSuccess(0);
            default ->
                result.withError(result.error() + 1)
                        .withConsecutiveError(result.consecutiveError() + 1)
                        .withConsecutiveSuccess(0);
        };
    }
}
