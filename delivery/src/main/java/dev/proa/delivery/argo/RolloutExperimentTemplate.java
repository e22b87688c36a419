package dev.proa.delivery.argo;

import dev.proa.api.meta.v1.LabelSelector;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import org.jspecify.annotations.Nullable;

/** A version that an experiment of a rollout runs. */
public record RolloutExperimentTemplate(MapValue value) implements View {
    public String name() {
        return value.string("name");
    }

    /** {@code canary} or {@code stable}: whose pod template it takes. */
    public String specRef() {
        return value.string("specRef");
    }

    public @Nullable Integer replicas() {
        return value.get("replicas") instanceof Long number ? number.intValue() : null;
    }

    /** Labels and annotations that are added to its pods. */
    public PodTemplateMetadata podMetadata() {
        return new PodTemplateMetadata(value.map("metadata"));
    }

    public @Nullable LabelSelector selector() {
        return value.get("selector") instanceof MapValue map ? new LabelSelector(map) : null;
    }

    /** The percentage of traffic that it gets. */
    public @Nullable Integer weight() {
        return value.get("weight") instanceof Long number ? number.intValue() : null;
    }

    public @Nullable TemplateService service() {
        return value.get("service") instanceof MapValue map ? new TemplateService(map) : null;
    }
}
