package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** How many finished analysis runs and experiments are kept. */
public record AnalysisRunStrategy(MapValue value) implements View {
    public int successfulRunHistoryLimit() {
        return (int) value.integer("successfulRunHistoryLimit", 5);
    }

    public int unsuccessfulRunHistoryLimit() {
        return (int) value.integer("unsuccessfulRunHistoryLimit", 5);
    }
}
