package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** Sets the number of canary pods without regard to the weight: one of its fields is set. */
public record SetCanaryScale(MapValue value) implements View {
    /** A percentage of all pods. */
    public @Nullable Integer weight() {
        return value.get("weight") instanceof Long number ? number.intValue() : null;
    }

    public @Nullable Integer replicas() {
        return value.get("replicas") instanceof Long number ? number.intValue() : null;
    }

    /** As many as the weight asks for, again. */
    public boolean matchTrafficWeight() {
        return value.bool("matchTrafficWeight");
    }
}
