package dev.proa.delivery.argo;

import dev.proa.api.meta.v1.ObjectMeta;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;

/** Versions that run beside each other for a while, and analyses of them. It has no {@code status} subresource. */
public record Experiment(MapValue value) implements KubeObject {
    /** The resource of this kind. */
    public static final Kind<Experiment> KIND =
            new Kind<>(Argo.GROUP, Argo.VERSION, "Experiment", "experiments", true, Experiment::new);

    @Override
    public Experiment withMetadata(ObjectMeta metadata) {
        return new Experiment(value.with("metadata", metadata.value()));
    }

    public ExperimentSpec spec() {
        return new ExperimentSpec(value.map("spec"));
    }

    public Experiment withSpec(ExperimentSpec to) {
        return new Experiment(value.with("spec", to.value()));
    }

    public ExperimentStatus status() {
        return new ExperimentStatus(value.map("status"));
    }

    public Experiment withStatus(ExperimentStatus to) {
        return new Experiment(value.with("status", to.value()));
    }
}
