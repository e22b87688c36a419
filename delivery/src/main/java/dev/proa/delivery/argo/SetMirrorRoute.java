package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.List;

/** Sends copies of requests to the canary; without a match the route is removed. */
public record SetMirrorRoute(MapValue value) implements View {
    /** One of {@code managedRoutes}. */
    public String name() {
        return value.string("name");
    }

    public List<RouteMatch> match() {
        return Views.list(value.list("match"), RouteMatch::new);
    }

    /** How many requests of a hundred are copied. */
    public int percentage() {
        return (int) value.integer("percentage", 100);
    }
}
