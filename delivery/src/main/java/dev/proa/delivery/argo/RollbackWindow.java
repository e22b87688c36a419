package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** How far back an update counts as a rollback. */
public record RollbackWindow(MapValue value) implements View {
    /** A target at most this many revisions before the newest is a rollback. */
    public int revisions() {
        return (int) value.integer("revisions", 0);
    }
}
