package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** An analysis that runs beside the steps. */
public record RolloutAnalysisBackground(MapValue value) implements View {
    /** The index of the step from which it runs; null for the first. */
    public @Nullable Integer startingStep() {
        return value.get("startingStep") instanceof Long number ? number.intValue() : null;
    }

    /** What it runs, whose fields stand beside {@link #startingStep}. */
    public RolloutAnalysis analysis() {
        return new RolloutAnalysis(value);
    }
}
