package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A reason for which the controller paused an update. */
public record PauseCondition(MapValue value) implements View {
    public String reason() {
        return value.string("reason");
    }

    public PauseCondition withReason(String to) {
        return new PauseCondition(value.with("reason", to));
    }

    public @Nullable Instant startTime() {
        return Times.parse(value.get("startTime"));
    }

    public PauseCondition withStartTime(@Nullable Instant to) {
        return new PauseCondition(Views.with(value, "startTime", to == null ? null : Times.format(to)));
    }
}
