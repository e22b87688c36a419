package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** A header that a request must have. */
public record HeaderRoutingMatch(MapValue value) implements View {
    public String headerName() {
        return value.string("headerName");
    }

    public StringMatch headerValue() {
        return new StringMatch(value.map("headerValue"));
    }
}
