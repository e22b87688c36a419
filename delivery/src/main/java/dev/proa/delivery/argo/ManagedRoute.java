package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** A route that steps may add to those of the user. */
public record ManagedRoute(MapValue value) implements View {
    public String name() {
        return value.string("name");
    }
}
