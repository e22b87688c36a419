package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.List;

/** An analysis that a rollout runs. */
public record RolloutAnalysis(MapValue value) implements View {
    public List<AnalysisTemplateRef> templates() {
        return Views.list(value.list("templates"), AnalysisTemplateRef::new);
    }

    public List<AnalysisRunArgument> args() {
        return Views.list(value.list("args"), AnalysisRunArgument::new);
    }

    public List<DryRun> dryRun() {
        return Views.list(value.list("dryRun"), DryRun::new);
    }

    public List<MeasurementRetention> measurementRetention() {
        return Views.list(value.list("measurementRetention"), MeasurementRetention::new);
    }

    /** Labels and annotations of the run. */
    public PodTemplateMetadata analysisRunMetadata() {
        return new PodTemplateMetadata(value.map("analysisRunMetadata"));
    }
}
