package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.Map;

/** Labels and annotations that pods have for as long as they play a part. */
public record PodTemplateMetadata(MapValue value) implements View {
    public Map<String, String> labels() {
        return Views.strings(value.map("labels"));
    }

    public Map<String, String> annotations() {
        return Views.strings(value.map("annotations"));
    }
}
