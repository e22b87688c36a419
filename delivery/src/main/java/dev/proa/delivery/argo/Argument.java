package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import org.jspecify.annotations.Nullable;

/** An argument of an analysis. */
public record Argument(MapValue value) implements View {
    public String name() {
        return value.string("name");
    }

    public Argument withName(String to) {
        return new Argument(value.with("name", to));
    }

    /** Null when it has none (yet). */
    public @Nullable String text() {
        return value.get("value") instanceof String text ? text : null;
    }

    public Argument withText(String to) {
        return new Argument(value.with("value", to));
    }

    public @Nullable ValueFrom valueFrom() {
        return value.get("valueFrom") instanceof MapValue map ? new ValueFrom(map) : null;
    }

    public Argument withValueFrom(@Nullable ValueFrom to) {
        return new Argument(Views.with(value, "valueFrom", to == null ? null : to.value()));
    }
}
