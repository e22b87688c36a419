package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** Metrics that are measured without deciding anything. */
public record DryRun(MapValue value) implements View {
    /** A regular expression. */
    public String metricName() {
        return value.string("metricName");
    }
}
