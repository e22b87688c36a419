package dev.proa.delivery.argo;

import dev.proa.api.meta.v1.ObjectMeta;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;

/** Metrics and when they are good, for analyses in all namespaces. */
public record ClusterAnalysisTemplate(MapValue value) implements KubeObject {
    /** The resource of this kind. */
    public static final Kind<ClusterAnalysisTemplate> KIND = new Kind<>(
            Argo.GROUP,
            Argo.VERSION,
            "ClusterAnalysisTemplate",
            "clusteranalysistemplates",
            false,
            ClusterAnalysisTemplate::new);

    @Override
    public ClusterAnalysisTemplate withMetadata(ObjectMeta metadata) {
        return new ClusterAnalysisTemplate(value.with("metadata", metadata.value()));
    }

    public AnalysisTemplateSpec spec() {
        return new AnalysisTemplateSpec(value.map("spec"));
    }
}
