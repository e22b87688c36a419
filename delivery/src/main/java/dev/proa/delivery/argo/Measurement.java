package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One measurement of a metric. */
public record Measurement(MapValue value) implements View {
    public String phase() {
        return value.string("phase");
    }

    public Measurement withPhase(String to) {
        return new Measurement(value.with("phase", to));
    }

    public String message() {
        return value.string("message");
    }

    public Measurement withMessage(String to) {
        return new Measurement(value.with("message", to));
    }

    public @Nullable Instant startedAt() {
        return Times.parse(value.get("startedAt"));
    }

    public Measurement withStartedAt(@Nullable Instant to) {
        return new Measurement(Views.with(value, "startedAt", to == null ? null : Times.format(to)));
    }

    public @Nullable Instant finishedAt() {
        return Times.parse(value.get("finishedAt"));
    }

    public Measurement withFinishedAt(@Nullable Instant to) {
        return new Measurement(Views.with(value, "finishedAt", to == null ? null : Times.format(to)));
    }

    public String text() {
        return value.string("value");
    }

    public Measurement withText(String to) {
        return new Measurement(value.with("value", to));
    }

    public Map<String, String> metadata() {
        return Views.strings(value.map("metadata"));
    }

    public Measurement withMetadata(Map<String, String> to) {
        return new Measurement(value.with("metadata", Views.values(to)));
    }

    /** When a measurement in progress is looked at again. */
    public @Nullable Instant resumeAt() {
        return Times.parse(value.get("resumeAt"));
    }

    public Measurement withResumeAt(@Nullable Instant to) {
        return new Measurement(Views.with(value, "resumeAt", to == null ? null : Times.format(to)));
    }
}
