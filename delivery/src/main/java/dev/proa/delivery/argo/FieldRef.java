package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** A field of the Rollout. */
public record FieldRef(MapValue value) implements View {
    /** As {@code metadata.labels['region']}. */
    public String fieldPath() {
        return value.string("fieldPath");
    }
}
