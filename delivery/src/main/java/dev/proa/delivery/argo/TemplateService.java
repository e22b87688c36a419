package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;

/** The service of an experiment's template. */
public record TemplateService(MapValue value) implements View {
    /** Empty for a generated name. */
    public String name() {
        return value.string("name");
    }
}
