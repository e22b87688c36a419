package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** How an analysis run of a Rollout goes. */
public record RolloutAnalysisRunStatus(MapValue value) implements View {
    public String name() {
        return value.string("name");
    }

    public RolloutAnalysisRunStatus withName(String to) {
        return new RolloutAnalysisRunStatus(value.with("name", to));
    }

    /** The run's phase. */
    public String status() {
        return value.string("status");
    }

    public RolloutAnalysisRunStatus withStatus(String to) {
        return new RolloutAnalysisRunStatus(value.with("status", to));
    }

    public String message() {
        return value.string("message");
    }

    public RolloutAnalysisRunStatus withMessage(String to) {
        return new RolloutAnalysisRunStatus(value.with("message", to));
    }
}
