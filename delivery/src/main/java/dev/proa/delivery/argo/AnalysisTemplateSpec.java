package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.List;

/** What an analysis measures. */
public record AnalysisTemplateSpec(MapValue value) implements View {
    public List<Metric> metrics() {
        return Views.list(value.list("metrics"), Metric::new);
    }

    /** What may or must be given. */
    public List<Argument> args() {
        return Views.list(value.list("args"), Argument::new);
    }

    public List<DryRun> dryRun() {
        return Views.list(value.list("dryRun"), DryRun::new);
    }

    public List<MeasurementRetention> measurementRetention() {
        return Views.list(value.list("measurementRetention"), MeasurementRetention::new);
    }

    /** Further templates that belong to it. */
    public List<AnalysisTemplateRef> templates() {
        return Views.list(value.list("templates"), AnalysisTemplateRef::new);
    }
}
