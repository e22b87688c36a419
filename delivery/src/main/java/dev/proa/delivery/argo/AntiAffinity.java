package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** Keeps pods of the two versions on different nodes. */
public record AntiAffinity(MapValue value) implements View {
    public @Nullable MapValue preferred() {
        return value.get("preferredDuringSchedulingIgnoredDuringExecution") instanceof MapValue map ? map : null;
    }

    public @Nullable MapValue required() {
        return value.get("requiredDuringSchedulingIgnoredDuringExecution") instanceof MapValue map ? map : null;
    }
}
