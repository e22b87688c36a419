package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** How many pods must be available for a weight step to end. */
public record ReplicaProgressThreshold(MapValue value) implements View {
    /** {@code Percent} or {@code Pods}. */
    public String type() {
        return value.string("type");
    }

    public int amount() {
        return (int) value.integer("value", 0);
    }
}
