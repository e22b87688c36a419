package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** Either blue-green or canary. */
public record RolloutStrategy(MapValue value) implements View {
    public @Nullable BlueGreenStrategy blueGreen() {
        return value.get("blueGreen") instanceof MapValue map ? new BlueGreenStrategy(map) : null;
    }

    public @Nullable CanaryStrategy canary() {
        return value.get("canary") instanceof MapValue map ? new CanaryStrategy(map) : null;
    }
}
