package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import org.jspecify.annotations.Nullable;

/** The part of a Rollout's status that only canary updates have. */
public record CanaryStatus(MapValue value) implements View {
    public @Nullable RolloutAnalysisRunStatus currentStepAnalysisRunStatus() {
        return value.get("currentStepAnalysisRunStatus") instanceof MapValue map
                ? new RolloutAnalysisRunStatus(map)
                : null;
    }

    public CanaryStatus withCurrentStepAnalysisRunStatus(@Nullable RolloutAnalysisRunStatus to) {
        return new CanaryStatus(Views.with(value, "currentStepAnalysisRunStatus", to == null ? null : to.value()));
    }

    public @Nullable RolloutAnalysisRunStatus currentBackgroundAnalysisRunStatus() {
        return value.get("currentBackgroundAnalysisRunStatus") instanceof MapValue map
                ? new RolloutAnalysisRunStatus(map)
                : null;
    }

    public CanaryStatus withCurrentBackgroundAnalysisRunStatus(@Nullable RolloutAnalysisRunStatus to) {
        return new CanaryStatus(
                Views.with(value, "currentBackgroundAnalysisRunStatus", to == null ? null : to.value()));
    }

    public String currentExperiment() {
        return value.string("currentExperiment");
    }

    public CanaryStatus withCurrentExperiment(String to) {
        return new CanaryStatus(value.with("currentExperiment", to));
    }

    /** Null without traffic routing. */
    public @Nullable TrafficWeights weights() {
        return value.get("weights") instanceof MapValue map ? new TrafficWeights(map) : null;
    }

    public CanaryStatus withWeights(@Nullable TrafficWeights to) {
        return new CanaryStatus(Views.with(value, "weights", to == null ? null : to.value()));
    }

    /** {@code ping} or {@code pong}: which service is stable. */
    public String stablePingPong() {
        return value.string("stablePingPong");
    }

    public CanaryStatus withStablePingPong(String to) {
        return new CanaryStatus(value.with("stablePingPong", to));
    }
}
