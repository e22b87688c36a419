package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.List;

/** Who splits traffic between the versions, and within which bounds. */
public record RolloutTrafficRouting(MapValue value) implements View {
    /** The routes that steps may add, in order of precedence. */
    public List<ManagedRoute> managedRoutes() {
        return Views.list(value.list("managedRoutes"), ManagedRoute::new);
    }

    /** Routers by name, each with its configuration. */
    public MapValue plugins() {
        return value.map("plugins");
    }

    /** What all weights add up to. */
    public int maxTrafficWeight() {
        return (int) value.integer("maxTrafficWeight", 100);
    }
}
