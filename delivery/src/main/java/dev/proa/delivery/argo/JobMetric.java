package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** A Job, which is good when it succeeds. */
public record JobMetric(MapValue value) implements View {
    public MapValue jobMetadata() {
        return value.map("metadata");
    }

    public MapValue spec() {
        return value.map("spec");
    }
}
