package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How an analysis run goes. */
public record AnalysisRunStatus(MapValue value) implements View {
    public String phase() {
        return value.string("phase");
    }

    public AnalysisRunStatus withPhase(String to) {
        return new AnalysisRunStatus(value.with("phase", to));
    }

    public String message() {
        return value.string("message");
    }

    public AnalysisRunStatus withMessage(String to) {
        return new AnalysisRunStatus(value.with("message", to));
    }

    public List<MetricResult> metricResults() {
        return Views.list(value.list("metricResults"), MetricResult::new);
    }

    public AnalysisRunStatus withMetricResults(List<MetricResult> to) {
        return new AnalysisRunStatus(value.with("metricResults", Views.values(to)));
    }

    public @Nullable Instant startedAt() {
        return Times.parse(value.get("startedAt"));
    }

    public AnalysisRunStatus withStartedAt(@Nullable Instant to) {
        return new AnalysisRunStatus(Views.with(value, "startedAt", to == null ? null : Times.format(to)));
    }

    public @Nullable Instant completedAt() {
        return Times.parse(value.get("completedAt"));
    }

    public AnalysisRunStatus withCompletedAt(@Nullable Instant to) {
        return new AnalysisRunStatus(Views.with(value, "completedAt", to == null ? null : Times.format(to)));
    }

    public RunSummary runSummary() {
        return new RunSummary(value.map("runSummary"));
    }

    public AnalysisRunStatus withRunSummary(RunSummary to) {
        return new AnalysisRunStatus(value.with("runSummary", to.value()));
    }

    public @Nullable RunSummary dryRunSummary() {
        return value.get("dryRunSummary") instanceof MapValue map ? new RunSummary(map) : null;
    }

    public AnalysisRunStatus withDryRunSummary(@Nullable RunSummary to) {
        return new AnalysisRunStatus(Views.with(value, "dryRunSummary", to == null ? null : to.value()));
    }
}
