package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.List;

/** Sends requests with certain headers to the canary; without a match the route is removed. */
public record SetHeaderRoute(MapValue value) implements View {
    /** One of {@code managedRoutes}. */
    public String name() {
        return value.string("name");
    }

    public List<HeaderRoutingMatch> match() {
        return Views.list(value.list("match"), HeaderRoutingMatch::new);
    }
}
