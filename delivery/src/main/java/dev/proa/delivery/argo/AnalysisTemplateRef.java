package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** Names an AnalysisTemplate or ClusterAnalysisTemplate. */
public record AnalysisTemplateRef(MapValue value) implements View {
    public String templateName() {
        return value.string("templateName");
    }

    public boolean clusterScope() {
        return value.bool("clusterScope");
    }
}
