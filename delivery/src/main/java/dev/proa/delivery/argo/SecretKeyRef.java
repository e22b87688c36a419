package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** A key of a Secret. */
public record SecretKeyRef(MapValue value) implements View {
    public String name() {
        return value.string("name");
    }

    public String key() {
        return value.string("key");
    }
}
