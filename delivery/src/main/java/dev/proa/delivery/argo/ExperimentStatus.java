package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How an experiment goes. */
public record ExperimentStatus(MapValue value) implements View {
    public String phase() {
        return value.string("phase");
    }

    public ExperimentStatus withPhase(String to) {
        return new ExperimentStatus(value.with("phase", to));
    }

    public String message() {
        return value.string("message");
    }

    public ExperimentStatus withMessage(String to) {
        return new ExperimentStatus(value.with("message", to));
    }

    public List<TemplateStatus> templateStatuses() {
        return Views.list(value.list("templateStatuses"), TemplateStatus::new);
    }

    public ExperimentStatus withTemplateStatuses(List<TemplateStatus> to) {
        return new ExperimentStatus(value.with("templateStatuses", Views.values(to)));
    }

    /** When all its pods had become available. */
    public @Nullable Instant availableAt() {
        return Times.parse(value.get("availableAt"));
    }

    public ExperimentStatus withAvailableAt(@Nullable Instant to) {
        return new ExperimentStatus(Views.with(value, "availableAt", to == null ? null : Times.format(to)));
    }

    public List<Condition> conditions() {
        return Views.list(value.list("conditions"), Condition::new);
    }

    public ExperimentStatus withConditions(List<Condition> to) {
        return new ExperimentStatus(value.with("conditions", Views.values(to)));
    }

    public List<ExperimentAnalysisRunStatus> analysisRuns() {
        return Views.list(value.list("analysisRuns"), ExperimentAnalysisRunStatus::new);
    }

    public ExperimentStatus withAnalysisRuns(List<ExperimentAnalysisRunStatus> to) {
        return new ExperimentStatus(value.with("analysisRuns", Views.values(to)));
    }
}
