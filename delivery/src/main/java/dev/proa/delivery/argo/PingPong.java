package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** Two services that take turns at selecting the stable version. */
public record PingPong(MapValue value) implements View {
    public String pingService() {
        return value.string("pingService");
    }

    public String pongService() {
        return value.string("pongService");
    }
}
