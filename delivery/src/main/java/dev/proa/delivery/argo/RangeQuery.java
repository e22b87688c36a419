package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** The times of a range query. */
public record RangeQuery(MapValue value) implements View {
    /** An expression that gives a time. */
    public String start() {
        return value.string("start");
    }

    /** An expression that gives a time. */
    public String end() {
        return value.string("end");
    }

    /** Such as {@code 1m}. */
    public String step() {
        return value.string("step");
    }
}
