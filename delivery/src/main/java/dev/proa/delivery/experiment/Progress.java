package dev.proa.delivery.experiment;

import dev.proa.api.codec.GoDuration;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.ExperimentAnalysisRef;
import dev.proa.delivery.argo.ExperimentAnalysisRunStatus;
import dev.proa.delivery.argo.ExperimentStatus;
import dev.proa.delivery.argo.TemplateStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How far an experiment is, by its status. */
final class Progress {
    static final String PROGRESSING = "Progressing";
    private static final Set<String> TEMPLATE_ENDS =
            Set.of(AnalysisPhases.SUCCESSFUL, AnalysisPhases.FAILED, AnalysisPhases.ERROR);
    private static final Set<String> BAD =
            Set.of(AnalysisPhases.FAILED, AnalysisPhases.ERROR, AnalysisPhases.INCONCLUSIVE);

    private Progress() {}

    static boolean isTemplateEnd(String status) {
        return TEMPLATE_ENDS.contains(status);
    }

    static boolean isBad(String phase) {
        return BAD.contains(phase);
    }

    /** Whether it is to create nothing more and to end what it has. */
    static boolean isTerminating(Experiment experiment) {
        ExperimentStatus status = experiment.status();
        return experiment.spec().terminate()
                || AnalysisPhases.isEnd(status.phase())
                || status.templateStatuses().stream().anyMatch(template -> isBad(template.status()))
                || status.analysisRuns().stream().anyMatch(run -> isBad(run.phase()))
                || requiredSucceeded(experiment, status);
    }

    static boolean hasRequired(Experiment experiment) {
        return experiment.spec().analyses().stream().anyMatch(ExperimentAnalysisRef::requiredForCompletion);
    }

    /** Whether there are analyses that are required, and all of them were successful. */
    static boolean requiredSucceeded(Experiment experiment, ExperimentStatus status) {
        return hasRequired(experiment)
                && experiment.spec().analyses().stream()
                        .filter(ExperimentAnalysisRef::requiredForCompletion)
                        .allMatch(analysis ->
                                analysis(status, analysis.name()).phase().equals(AnalysisPhases.SUCCESSFUL));
    }

    /** When its duration is over; null when it has none, or has not become available. */
    static @Nullable Instant end(Experiment experiment, ExperimentStatus status) {
        Instant available = status.availableAt();
        return available == null || experiment.spec().duration().isEmpty()
                ? null
                : GoDuration.parse(experiment.spec().duration())
                        .map(available::plus)
                        .orElse(null);
    }

    static TemplateStatus template(ExperimentStatus status, String name) {
        return status.templateStatuses().stream()
                .filter(template -> template.name().equals(name))
                .findFirst()
                .orElseGet(() -> new TemplateStatus(MapValue.of("name", name)));
    }

    static ExperimentStatus with(ExperimentStatus status, TemplateStatus template) {
        List<TemplateStatus> all = new ArrayList<>(status.templateStatuses());
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).name().equals(template.name())) {
                all.set(i, template);
                return status.withTemplateStatuses(all);
            }
        }
        all.add(template);
        return status.withTemplateStatuses(all);
    }

    static ExperimentAnalysisRunStatus analysis(ExperimentStatus status, String name) {
        return status.analysisRuns().stream()
                .filter(run -> run.name().equals(name))
                .findFirst()
                .orElseGet(() ->
                        new ExperimentAnalysisRunStatus(MapValue.of("name", name, "analysisRun", "", "phase", "")));
    }

    static ExperimentStatus with(ExperimentStatus status, ExperimentAnalysisRunStatus run) {
        List<ExperimentAnalysisRunStatus> all = new ArrayList<>(status.analysisRuns());
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).name().equals(run.name())) {
                all.set(i, run);
                return status.withAnalysisRuns(all);
            }
        }
        all.add(run);
        return status.withAnalysisRuns(all);
    }
}
