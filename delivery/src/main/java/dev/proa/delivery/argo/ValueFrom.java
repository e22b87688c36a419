package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** Where the value of an argument comes from: one of its fields is set. */
public record ValueFrom(MapValue value) implements View {
    public @Nullable SecretKeyRef secretKeyRef() {
        return value.get("secretKeyRef") instanceof MapValue map ? new SecretKeyRef(map) : null;
    }

    public @Nullable FieldRef fieldRef() {
        return value.get("fieldRef") instanceof MapValue map ? new FieldRef(map) : null;
    }
}
