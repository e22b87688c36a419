package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** Compares a string: one of its fields is set. */
public record StringMatch(MapValue value) implements View {
    public String exact() {
        return value.string("exact");
    }

    public String prefix() {
        return value.string("prefix");
    }

    public String regex() {
        return value.string("regex");
    }
}
