package dev.proa.delivery.argo;

import dev.proa.api.meta.v1.ObjectMeta;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;

/** Metrics and when they are good, for analyses in its namespace. */
public record AnalysisTemplate(MapValue value) implements KubeObject {
    /** The resource of this kind. */
    public static final Kind<AnalysisTemplate> KIND =
            new Kind<>(Argo.GROUP, Argo.VERSION, "AnalysisTemplate", "analysistemplates", true, AnalysisTemplate::new);

    @Override
    public AnalysisTemplate withMetadata(ObjectMeta metadata) {
        return new AnalysisTemplate(value.with("metadata", metadata.value()));
    }

    public AnalysisTemplateSpec spec() {
        return new AnalysisTemplateSpec(value.map("spec"));
    }
}
