package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** Where the value of an argument comes from: one of its fields is set. */
public record ArgumentValueFrom(MapValue value) implements View {
    /** {@code Stable} or {@code Latest}: the hash of that version. */
    public String podTemplateHashValue() {
        return value.string("podTemplateHashValue");
    }

    public @Nullable FieldRef fieldRef() {
        return value.get("fieldRef") instanceof MapValue map ? new FieldRef(map) : null;
    }
}
