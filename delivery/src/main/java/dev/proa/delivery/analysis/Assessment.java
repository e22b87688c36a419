package dev.proa.delivery.analysis;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.AnalysisRunStatus;
import dev.proa.delivery.argo.Measurement;
import dev.proa.delivery.argo.Metric;
import dev.proa.delivery.argo.MetricResult;
import dev.proa.delivery.argo.RunSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides the phases of the metrics of a run and of the run itself, with Argo's messages. */
final class Assessment {
    /** From best to worst. */
    private static final List<String> ORDER = List.of(
            AnalysisPhases.SUCCESSFUL,
            AnalysisPhases.RUNNING,
            AnalysisPhases.PENDING,
            AnalysisPhases.INCONCLUSIVE,
            AnalysisPhases.ERROR,
            AnalysisPhases.FAILED);

    private final AnalysisRun run;
    private final Set<String> dryRun;
    private final boolean terminating;
    private final List<Happening> events = new ArrayList<>();
    private AnalysisRunStatus status;
    private RunSummary summary = new RunSummary(MapValue.EMPTY);
    private RunSummary drySummary = new RunSummary(MapValue.EMPTY);
    private String worst = "";
    private String message;
    private boolean complete = true;

    /** An event to record. */
    record Happening(boolean warning, String reason, String message) {}

    /** The new status, and what happened. */
    record Assessed(AnalysisRunStatus status, List<Happening> events) {}

    private Assessment(AnalysisRun run, Set<String> dryRun) {
        this.run = run;
        this.dryRun = dryRun;
        this.status = run.status();
        this.terminating = Results.isTerminating(run);
        this.message = run.spec().terminate() ? "Run Terminated" : "";
    }

    /** Whether {@code other} is worse than {@code phase}. */
    static boolean isWorse(String phase, String other) {
        return ORDER.indexOf(other) > Math.max(0, ORDER.indexOf(phase));
    }

    /**
     * Assesses a run after its measurements.
     *
     * @param metrics with their arguments
     * @param dryRun the names of metrics that decide nothing
     */
    static Assessed assess(AnalysisRun run, List<Metric> metrics, Set<String> dryRun, Instant now) {
        Assessment assessment = new Assessment(run, dryRun);
        metrics.forEach(assessment::assess);
        return assessment.result(now);
    }

    /** A run that cannot be carried out. */
    static Assessed error(AnalysisRun run, String message, Instant now) {
        AnalysisRunStatus status = run.status()
                .withMetricResults(run.status().metricResults())
                .withPhase(AnalysisPhases.ERROR)
                .withMessage(message)
                .withCompletedAt(now);
        return new Assessed(status, List.of(completed(AnalysisPhases.ERROR)));
    }

    private static Happening completed(String phase) {
        return new Happening(isBad(phase), "AnalysisRun" + phase, "Analysis Completed. Result: " + phase);
    }

    private static boolean isBad(String phase) {
        return phase.equals(AnalysisPhases.ERROR) || phase.equals(AnalysisPhases.FAILED);
    }

    private void assess(Metric metric) {
        boolean dry = dryRun.contains(metric.name());
        drySummary = dry ? drySummary.withCount(drySummary.count() + 1) : drySummary;
        summary = dry ? summary : summary.withCount(summary.count() + 1);
        MetricResult result = Results.find(status, metric.name());
        if (result == null) {
            complete = false; // its initial delay has not passed
            return;
        }
        String phase = phase(metric, result, terminating);
        if (!phase.equals(result.phase())) {
            if (AnalysisPhases.isEnd(phase)) {
                events.add(new Happening(
                        isBad(phase), "Metric" + phase, "Metric '" + metric.name() + "' Completed. Result: " + phase));
            }
            Measurement last = Results.last(result);
            result = (last == null ? result : withMessage(result, last.message())).withPhase(phase);
            status = Results.with(status, result);
        }
        if (!AnalysisPhases.isEnd(phase)) {
            complete = false;
            return;
        }
        Exceeded exceeded = exceeded(metric, result);
        if (dry) {
            assessDry(result, phase, exceeded);
        } else {
            assessReal(metric, result, phase, exceeded);
        }
    }

    private static MetricResult withMessage(MetricResult result, String message) {
        return message.isEmpty() ? new MetricResult(result.value().without("message")) : result.withMessage(message);
    }

    private void assessReal(Metric metric, MetricResult result, String phase, @Nullable Exceeded exceeded) {
        if (worst.isEmpty() || isWorse(worst, phase)) {
            worst = phase;
            if (exceeded != null) {
                message = "Metric \"" + metric.name() + "\" assessed " + phase + " due to " + exceeded.message
                        + (result.message().isEmpty() ? "" : ": \"Error Message: " + result.message() + "\"");
            }
        }
        summary = counted(summary, exceeded);
    }

    private void assessDry(MetricResult result, String phase, @Nullable Exceeded exceeded) {
        worst = worst.isEmpty() ? AnalysisPhases.SUCCESSFUL : worst;
        if (exceeded != null) {
            status = Results.with(
                    status, result.withMessage("Metric assessed " + phase + " due to " + exceeded.message));
        }
        drySummary = counted(drySummary, exceeded);
    }

    private static RunSummary counted(RunSummary summary, @Nullable Exceeded exceeded) {
        return switch (exceeded == null ? AnalysisPhases.SUCCESSFUL : exceeded.phase) {
            case AnalysisPhases.ERROR -> summary.withError(summary.error() + 1);
            case AnalysisPhases.FAILED -> summary.withFailed(summary.failed() + 1);
            case AnalysisPhases.INCONCLUSIVE -> summary.withInconclusive(summary.inconclusive() + 1);
            default -> summary.withSuccessful(summary.successful() + 1);
        };
    }

    private Assessed result(Instant now) {
        status = status.withMetricResults(status.metricResults())
                .withRunSummary(summary)
                .withDryRunSummary(drySummary);
        status = status.startedAt() == null ? status.withStartedAt(now) : status;
        String phase = AnalysisPhases.RUNNING;
        if (terminating) {
            phase = worst.isEmpty() ? AnalysisPhases.SUCCESSFUL : worst;
        } else if (complete && !worst.isEmpty()) {
            phase = worst;
        }
        if (!phase.equals(status.phase())) {
            String text = AnalysisPhases.isEnd(phase) ? message : "";
            status = status.withPhase(phase);
            status = text.isEmpty()
                    ? new AnalysisRunStatus(status.value().without("message"))
                    : status.withMessage(text);
            if (AnalysisPhases.isEnd(phase)) {
                events.add(completed(phase));
                status = status.completedAt() == null ? status.withCompletedAt(now) : status;
            }
        }
        return new Assessed(status, List.copyOf(events));
    }

    /** The phase of a metric after its last measurement. */
    static String phase(Metric metric, MetricResult result, boolean terminating) {
        if (AnalysisPhases.isEnd(result.phase())) {
            return result.phase();
        }
        Measurement last = Results.last(result);
        if (last == null) {
            return terminating ? AnalysisPhases.SUCCESSFUL : AnalysisPhases.PENDING;
        }
        if (!AnalysisPhases.isEnd(last.phase())) {
            return AnalysisPhases.RUNNING;
        }
        Exceeded exceeded = exceeded(metric, result);
        if (exceeded != null) {
            return exceeded.phase;
        }
        int successes = Limits.consecutiveSuccesses(metric);
        if (successes > 0 && result.consecutiveSuccess() >= successes) {
            return AnalysisPhases.SUCCESSFUL;
        }
        Integer count = Limits.count(metric);
        if (count != null && result.count() >= count) {
            return successes == 0
                    ? AnalysisPhases.SUCCESSFUL
                    : Limits.failures(metric) >= 0 ? AnalysisPhases.INCONCLUSIVE : AnalysisPhases.FAILED;
        }
        return terminating ? AnalysisPhases.SUCCESSFUL : AnalysisPhases.RUNNING;
    }

    /** A limit that was exceeded, and the phase that it means. */
    private record Exceeded(String phase, String message) {}

    /** The last of the limits that was exceeded; null for none. */
    private static @Nullable Exceeded exceeded(Metric metric, MetricResult result) {
        int errors = Limits.consecutiveErrors(metric);
        if (result.consecutiveError() > errors) {
            return new Exceeded(
                    AnalysisPhases.ERROR,
                    "consecutiveErrors (" + result.consecutiveError() + ") > consecutiveErrorLimit (" + errors + ")");
        }
        int inconclusives = Limits.inconclusives(metric);
        if (result.inconclusive() > inconclusives) {
            return new Exceeded(
                    AnalysisPhases.INCONCLUSIVE,
                    "inconclusive (" + result.inconclusive() + ") > inconclusiveLimit (" + inconclusives + ")");
        }
        int failures = Limits.failures(metric);
        if (failures >= 0 && result.failed() > failures) {
            return new Exceeded(
                    AnalysisPhases.FAILED, "failed (" + result.failed() + ") > failureLimit (" + failures + ")");
        }
        return null;
    }
}
