package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an experiment runs. */
public record ExperimentSpec(MapValue value) implements View {
    public List<ExperimentTemplate> templates() {
        return Views.list(value.list("templates"), ExperimentTemplate::new);
    }

    public ExperimentSpec withTemplates(List<ExperimentTemplate> to) {
        return new ExperimentSpec(value.with("templates", Views.values(to)));
    }

    /** Such as {@code 1h}; empty for until its analyses end. */
    public String duration() {
        return value.string("duration");
    }

    public ExperimentSpec withDuration(String to) {
        return new ExperimentSpec(value.with("duration", to));
    }

    public int progressDeadlineSeconds() {
        return (int) value.integer("progressDeadlineSeconds", 600);
    }

    public ExperimentSpec withProgressDeadlineSeconds(int to) {
        return new ExperimentSpec(value.with("progressDeadlineSeconds", (long) to));
    }

    /** Whether it is to end now. */
    public boolean terminate() {
        return value.bool("terminate");
    }

    public ExperimentSpec withTerminate(boolean to) {
        return new ExperimentSpec(value.with("terminate", to));
    }

    public List<ExperimentAnalysisRef> analyses() {
        return Views.list(value.list("analyses"), ExperimentAnalysisRef::new);
    }

    public ExperimentSpec withAnalyses(List<ExperimentAnalysisRef> to) {
        return new ExperimentSpec(value.with("analyses", Views.values(to)));
    }

    /** Seconds that its pods are kept after the end. */
    public @Nullable Integer scaleDownDelaySeconds() {
        return value.get("scaleDownDelaySeconds") instanceof Long number ? number.intValue() : null;
    }

    public ExperimentSpec withScaleDownDelaySeconds(int to) {
        return new ExperimentSpec(value.with("scaleDownDelaySeconds", (long) to));
    }

    public List<DryRun> dryRun() {
        return Views.list(value.list("dryRun"), DryRun::new);
    }

    public ExperimentSpec withDryRun(List<DryRun> to) {
        return new ExperimentSpec(value.with("dryRun", Views.values(to)));
    }

    public List<MeasurementRetention> measurementRetention() {
        return Views.list(value.list("measurementRetention"), MeasurementRetention::new);
    }

    public ExperimentSpec withMeasurementRetention(List<MeasurementRetention> to) {
        return new ExperimentSpec(value.with("measurementRetention", Views.values(to)));
    }

    public PodTemplateMetadata analysisRunMetadata() {
        return new PodTemplateMetadata(value.map("analysisRunMetadata"));
    }

    public ExperimentSpec withAnalysisRunMetadata(PodTemplateMetadata to) {
        return new ExperimentSpec(value.with("analysisRunMetadata", to.value()));
    }
}
