package dev.proa.delivery.argo;

import dev.proa.api.meta.v1.ObjectMeta;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;

/** An analysis in progress or its result. It has no {@code status} subresource. */
public record AnalysisRun(MapValue value) implements KubeObject {
    /** The resource of this kind. */
    public static final Kind<AnalysisRun> KIND =
            new Kind<>(Argo.GROUP, Argo.VERSION, "AnalysisRun", "analysisruns", true, AnalysisRun::new);

    @Override
    public AnalysisRun withMetadata(ObjectMeta metadata) {
        return new AnalysisRun(value.with("metadata", metadata.value()));
    }

    public AnalysisRunSpec spec() {
        return new AnalysisRunSpec(value.map("spec"));
    }

    public AnalysisRun withSpec(AnalysisRunSpec to) {
        return new AnalysisRun(value.with("spec", to.value()));
    }

    public AnalysisRunStatus status() {
        return new AnalysisRunStatus(value.map("status"));
    }

    public AnalysisRun withStatus(AnalysisRunStatus to) {
        return new AnalysisRun(value.with("status", to.value()));
    }
}
