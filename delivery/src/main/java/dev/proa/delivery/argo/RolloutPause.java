package dev.proa.delivery.argo;

import dev.proa.api.value.IntOrString;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** Waits for a time, or until a user promotes. */
public record RolloutPause(MapValue value) implements View {
    /** Seconds, or a duration such as {@code 10m}; null until promoted. */
    public @Nullable IntOrString duration() {
        return has("duration") ? IntOrString.from(value.get("duration")) : null;
    }
}
