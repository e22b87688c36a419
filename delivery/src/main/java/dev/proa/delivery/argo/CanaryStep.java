package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** One step of a canary update: exactly one of its fields is set. */
public record CanaryStep(MapValue value) implements View {
    /** The percentage of traffic (or pods) that the canary gets. */
    public @Nullable Integer setWeight() {
        return value.get("setWeight") instanceof Long number ? number.intValue() : null;
    }

    public @Nullable RolloutPause pause() {
        return value.get("pause") instanceof MapValue map ? new RolloutPause(map) : null;
    }

    public @Nullable RolloutExperimentStep experiment() {
        return value.get("experiment") instanceof MapValue map ? new RolloutExperimentStep(map) : null;
    }

    public @Nullable RolloutAnalysis analysis() {
        return value.get("analysis") instanceof MapValue map ? new RolloutAnalysis(map) : null;
    }

    public @Nullable SetCanaryScale setCanaryScale() {
        return value.get("setCanaryScale") instanceof MapValue map ? new SetCanaryScale(map) : null;
    }

    public @Nullable SetHeaderRoute setHeaderRoute() {
        return value.get("setHeaderRoute") instanceof MapValue map ? new SetHeaderRoute(map) : null;
    }

    public @Nullable SetMirrorRoute setMirrorRoute() {
        return value.get("setMirrorRoute") instanceof MapValue map ? new SetMirrorRoute(map) : null;
    }

    public @Nullable MapValue plugin() {
        return value.get("plugin") instanceof MapValue map ? map : null;
    }
}
