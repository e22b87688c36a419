package dev.proa.delivery.argo;

import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import dev.proa.api.view.Views;
import java.util.List;

/** An analysis that an experiment runs. */
public record ExperimentAnalysisRef(MapValue value) implements View {
    public String name() {
        return value.string("name");
    }

    public String templateName() {
        return value.string("templateName");
    }

    public boolean clusterScope() {
        return value.bool("clusterScope");
    }

    /** In a Rollout's step they may also be of a {@code podTemplateHashValue}. */
    public List<Argument> args() {
        return Views.list(value.list("args"), Argument::new);
    }

    /** Whether the experiment lasts until this analysis ends. */
    public boolean requiredForCompletion() {
        return value.bool("requiredForCompletion");
    }
}
