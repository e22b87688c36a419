package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** Seconds after which a finished analysis run is deleted. */
public record TtlStrategy(MapValue value) implements View {
    public @Nullable Integer secondsAfterCompletion() {
        return value.get("secondsAfterCompletion") instanceof Long number ? number.intValue() : null;
    }

    public @Nullable Integer secondsAfterFailure() {
        return value.get("secondsAfterFailure") instanceof Long number ? number.intValue() : null;
    }

    public @Nullable Integer secondsAfterSuccess() {
        return value.get("secondsAfterSuccess") instanceof Long number ? number.intValue() : null;
    }
}
