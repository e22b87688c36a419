package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** An argument that a rollout gives to an analysis. */
public record AnalysisRunArgument(MapValue value) implements View {
    public String name() {
        return value.string("name");
    }

    /** Empty when it comes {@linkplain #valueFrom from elsewhere}. */
    public String text() {
        return value.string("value");
    }

    public @Nullable ArgumentValueFrom valueFrom() {
        return value.get("valueFrom") instanceof MapValue map ? new ArgumentValueFrom(map) : null;
    }
}
