package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an analysis run measures. */
public record AnalysisRunSpec(MapValue value) implements View {
    public List<Metric> metrics() {
        return Views.list(value.list("metrics"), Metric::new);
    }

    public AnalysisRunSpec withMetrics(List<Metric> to) {
        return new AnalysisRunSpec(value.with("metrics", Views.values(to)));
    }

    public List<Argument> args() {
        return Views.list(value.list("args"), Argument::new);
    }

    public AnalysisRunSpec withArgs(List<Argument> to) {
        return new AnalysisRunSpec(value.with("args", Views.values(to)));
    }

    /** Whether it is to end now. */
    public boolean terminate() {
        return value.bool("terminate");
    }

    public AnalysisRunSpec withTerminate(boolean to) {
        return new AnalysisRunSpec(value.with("terminate", to));
    }

    public List<DryRun> dryRun() {
        return Views.list(value.list("dryRun"), DryRun::new);
    }

    public AnalysisRunSpec withDryRun(List<DryRun> to) {
        return new AnalysisRunSpec(value.with("dryRun", Views.values(to)));
    }

    public List<MeasurementRetention> measurementRetention() {
        return Views.list(value.list("measurementRetention"), MeasurementRetention::new);
    }

    public AnalysisRunSpec withMeasurementRetention(List<MeasurementRetention> to) {
        return new AnalysisRunSpec(value.with("measurementRetention", Views.values(to)));
    }

    /** When it is deleted after its end. */
    public @Nullable TtlStrategy ttlStrategy() {
        return value.get("ttlStrategy") instanceof MapValue map ? new TtlStrategy(map) : null;
    }

    public AnalysisRunSpec withTtlStrategy(@Nullable TtlStrategy to) {
        return new AnalysisRunSpec(Views.with(value, "ttlStrategy", to == null ? null : to.value()));
    }
}
