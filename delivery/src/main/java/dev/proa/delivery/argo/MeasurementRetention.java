package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** How many measurements of a metric are kept. */
public record MeasurementRetention(MapValue value) implements View {
    /** A regular expression. */
    public String metricName() {
        return value.string("metricName");
    }

    public int limit() {
        return (int) value.integer("limit", 0);
    }
}
