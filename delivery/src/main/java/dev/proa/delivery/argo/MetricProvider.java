package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** Who measures: one of its fields is set. */
public record MetricProvider(MapValue value) implements View {
    public @Nullable PrometheusMetric prometheus() {
        return value.get("prometheus") instanceof MapValue map ? new PrometheusMetric(map) : null;
    }

    public @Nullable WebMetric web() {
        return value.get("web") instanceof MapValue map ? new WebMetric(map) : null;
    }

    public @Nullable JobMetric job() {
        return value.get("job") instanceof MapValue map ? new JobMetric(map) : null;
    }

    /** Providers by name, each with its configuration. */
    public MapValue plugin() {
        return value.map("plugin");
    }
}
