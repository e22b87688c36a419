package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An experiment that is a step of a canary update. */
public record RolloutExperimentStep(MapValue value) implements View {
    public List<RolloutExperimentTemplate> templates() {
        return Views.list(value.list("templates"), RolloutExperimentTemplate::new);
    }

    /** Such as {@code 10m}; empty for until its analyses end. */
    public String duration() {
        return value.string("duration");
    }

    public List<ExperimentAnalysisRef> analyses() {
        return Views.list(value.list("analyses"), ExperimentAnalysisRef::new);
    }

    public List<DryRun> dryRun() {
        return Views.list(value.list("dryRun"), DryRun::new);
    }

    public PodTemplateMetadata analysisRunMetadata() {
        return new PodTemplateMetadata(value.map("analysisRunMetadata"));
    }

    /** Seconds that its pods are kept. */
    public @Nullable Integer scaleDownDelaySeconds() {
        return value.get("scaleDownDelaySeconds") instanceof Long number ? number.intValue() : null;
    }
}
