package dev.proa.delivery.argo;

import dev.proa.api.core.v1.PodTemplateSpec;
import dev.proa.api.meta.v1.LabelSelector;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** A version that an experiment runs. */
public record ExperimentTemplate(MapValue value) implements View {
    public String name() {
        return value.string("name");
    }

    public int replicas() {
        return (int) value.integer("replicas", 1);
    }

    public int minReadySeconds() {
        return (int) value.integer("minReadySeconds", 0);
    }

    public LabelSelector selector() {
        return new LabelSelector(value.map("selector"));
    }

    public PodTemplateSpec template() {
        return new PodTemplateSpec(value.map("template"));
    }

    /** Null for no service. */
    public @Nullable TemplateService service() {
        return value.get("service") instanceof MapValue map ? new TemplateService(map) : null;
    }
}
