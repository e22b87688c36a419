package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** Names the workload whose pod template a Rollout takes. */
public record ObjectRef(MapValue value) implements View {
    public String apiVersion() {
        return value.string("apiVersion");
    }

    public String kind() {
        return value.string("kind");
    }

    public String name() {
        return value.string("name");
    }

    /** {@code never}, {@code onsuccess} or {@code progressively}: when the workload gives up its own pods. */
    public String scaleDown() {
        return value.string("scaleDown");
    }
}
