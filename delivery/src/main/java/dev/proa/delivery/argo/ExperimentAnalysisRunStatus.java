package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** How one analysis of an experiment goes. */
public record ExperimentAnalysisRunStatus(MapValue value) implements View {
    public String name() {
        return value.string("name");
    }

    public ExperimentAnalysisRunStatus withName(String to) {
        return new ExperimentAnalysisRunStatus(value.with("name", to));
    }

    /** The name of its AnalysisRun. */
    public String analysisRun() {
        return value.string("analysisRun");
    }

    public ExperimentAnalysisRunStatus withAnalysisRun(String to) {
        return new ExperimentAnalysisRunStatus(value.with("analysisRun", to));
    }

    public String phase() {
        return value.string("phase");
    }

    public ExperimentAnalysisRunStatus withPhase(String to) {
        return new ExperimentAnalysisRunStatus(value.with("phase", to));
    }

    public String message() {
        return value.string("message");
    }

    public ExperimentAnalysisRunStatus withMessage(String to) {
        return new ExperimentAnalysisRunStatus(value.with("message", to));
    }
}
