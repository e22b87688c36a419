package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A condition of a Rollout or an Experiment. */
public record Condition(MapValue value) implements View {
    public String type() {
        return value.string("type");
    }

    public Condition withType(String to) {
        return new Condition(value.with("type", to));
    }

    /** {@code True}, {@code False} or {@code Unknown}. */
    public String status() {
        return value.string("status");
    }

    public Condition withStatus(String to) {
        return new Condition(value.with("status", to));
    }

    public @Nullable Instant lastUpdateTime() {
        return Times.parse(value.get("lastUpdateTime"));
    }

    public Condition withLastUpdateTime(@Nullable Instant to) {
        return new Condition(Views.with(value, "lastUpdateTime", to == null ? null : Times.format(to)));
    }

    public @Nullable Instant lastTransitionTime() {
        return Times.parse(value.get("lastTransitionTime"));
    }

    public Condition withLastTransitionTime(@Nullable Instant to) {
        return new Condition(Views.with(value, "lastTransitionTime", to == null ? null : Times.format(to)));
    }

    public String reason() {
        return value.string("reason");
    }

    public Condition withReason(String to) {
        return new Condition(value.with("reason", to));
    }

    public String message() {
        return value.string("message");
    }

    public Condition withMessage(String to) {
        return new Condition(value.with("message", to));
    }
}
