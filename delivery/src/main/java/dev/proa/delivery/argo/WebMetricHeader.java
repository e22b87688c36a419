package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** A header of a request. */
public record WebMetricHeader(MapValue value) implements View {
    public String key() {
        return value.string("key");
    }

    public String text() {
        return value.string("value");
    }
}
