package dev.proa.delivery.experiment;

import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.ExperimentTemplate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks the templates of experiments, in the words of Argo Rollouts. */
final class ExperimentValidation {
    private ExperimentValidation() {}

    /** What is wrong; null for nothing. */
    static @Nullable String problem(Experiment experiment) {
        List<ExperimentTemplate> templates = experiment.spec().templates();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < templates.size(); i++) {
            ExperimentTemplate template = templates.get(i);
            if (!template.value().has("selector")) {
                return "Rollout has missing field '.Spec.Templates[" + i + "].Selector'";
            }
            if (template.selector().value().isEmpty()) {
                return "This experiment is selecting all pods at index " + i + ". A non-empty selector is required.";
            }
            if (template.minReadySeconds() > experiment.spec().progressDeadlineSeconds()) {
                return "MinReadySeconds cannot be longer than ProgressDeadlineSeconds. Check template index " + i;
            }
            if (template.name().isEmpty()) {
                return "Experiment " + experiment.name() + " has empty template name at index " + i;
            }
            if (!names.add(template.name())) {
                return "Experiment " + experiment.name() + " has repeated template name '" + template.name()
                        + "' in templates";
            }
        }
        return null;
    }
}
