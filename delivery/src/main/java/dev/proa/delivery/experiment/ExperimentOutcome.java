package dev.proa.delivery.experiment;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.Condition;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.ExperimentAnalysisRef;
import dev.proa.delivery.argo.ExperimentAnalysisRunStatus;
import dev.proa.delivery.argo.ExperimentStatus;
import dev.proa.delivery.argo.ExperimentTemplate;
import dev.proa.delivery.argo.TemplateStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The phase of an experiment, from those of its templates and analyses. */
final class ExperimentOutcome {
    private static final List<String> TEMPLATES = List.of(
            AnalysisPhases.SUCCESSFUL,
            AnalysisPhases.RUNNING,
            Progress.PROGRESSING,
            AnalysisPhases.ERROR,
            AnalysisPhases.FAILED);
    private static final List<String> ANALYSES = List.of(
            AnalysisPhases.SUCCESSFUL,
            AnalysisPhases.RUNNING,
            AnalysisPhases.PENDING,
            AnalysisPhases.INCONCLUSIVE,
            AnalysisPhases.ERROR,
            AnalysisPhases.FAILED);

    private ExperimentOutcome() {}

    /** A phase and why. */
    private record Outcome(String phase, String message) {}

    static ExperimentStatus of(Experiment experiment, ExperimentStatus status, Instant now) {
        ExperimentStatus decided = status;
        if (status.phase().isEmpty()) {
            decided = status.withPhase(AnalysisPhases.PENDING);
        } else if (!AnalysisPhases.isEnd(status.phase())) {
            Outcome templates = templates(experiment, status);
            if (templates.phase.equals(AnalysisPhases.RUNNING) && status.availableAt() == null) {
                decided = decided.withAvailableAt(now);
            }
            Outcome outcome = outcome(experiment, status, templates, analyses(experiment, status));
            decided = decided.withPhase(outcome.phase);
            decided = outcome.message.isEmpty()
                    ? new ExperimentStatus(decided.value().without("message"))
                    : decided.withMessage(outcome.message);
        }
        return conditions(experiment, decided, now);
    }

    private static Outcome outcome(
            Experiment experiment, ExperimentStatus status, Outcome templates, Outcome analyses) {
        boolean analysed = AnalysisPhases.isEnd(analyses.phase);
        if (AnalysisPhases.isEnd(templates.phase)) {
            boolean deferred =
                    templates.phase.equals(AnalysisPhases.SUCCESSFUL) && (analysed || Progress.hasRequired(experiment));
            return deferred ? analyses : templates;
        }
        boolean decides = analysed && !analyses.phase.equals(AnalysisPhases.SUCCESSFUL)
                || Progress.requiredSucceeded(experiment, status);
        return decides ? analyses : templates;
    }

    private static Outcome templates(Experiment experiment, ExperimentStatus status) {
        String worst = AnalysisPhases.SUCCESSFUL;
        String message = "";
        for (ExperimentTemplate template : experiment.spec().templates()) {
            TemplateStatus each = Progress.template(status, template.name());
            if (TEMPLATES.indexOf(each.status()) > TEMPLATES.indexOf(worst)) {
                worst = each.status();
                message = each.message();
            }
        }
        return new Outcome(worst.equals(Progress.PROGRESSING) ? AnalysisPhases.PENDING : worst, message);
    }

    private static Outcome analyses(Experiment experiment, ExperimentStatus status) {
        String worst = AnalysisPhases.SUCCESSFUL;
        String message = "";
        for (ExperimentAnalysisRef analysis : experiment.spec().analyses()) {
            ExperimentAnalysisRunStatus each = Progress.analysis(status, analysis.name());
            if (ANALYSES.indexOf(each.phase()) > ANALYSES.indexOf(worst)) {
                worst = each.phase();
                message = each.message();
            }
        }
        boolean unfinished = worst.equals(AnalysisPhases.PENDING) || worst.equals(AnalysisPhases.RUNNING);
        if (Progress.requiredSucceeded(experiment, status) && (unfinished || worst.equals(AnalysisPhases.SUCCESSFUL))) {
            return new Outcome(AnalysisPhases.SUCCESSFUL, "Required AnalysisRuns completed");
        }
        return new Outcome(unfinished ? AnalysisPhases.RUNNING : worst, message);
    }

    private static ExperimentStatus conditions(Experiment experiment, ExperimentStatus status, Instant now) {
        String name = "Experiment \"" + experiment.name() + "\" ";
        if (status.phase().equals(AnalysisPhases.SUCCESSFUL)) {
            return with(
                    status,
                    "Progressing",
                    "False",
                    "ExperimentCompleted",
                    name + "has successfully ran and completed.",
                    now);
        }
        if (!status.templateStatuses().equals(experiment.status().templateStatuses())) {
            return with(status, "Progressing", "True", "ReplicaSetUpdated", name + "is progressing.", now);
        }
        return status.availableAt() == null || AnalysisPhases.isEnd(status.phase())
                ? status
                : with(status, "Progressing", "True", "NewReplicaSetAvailable", name + "is running.", now);
    }

    /** A status with a condition, unless it has it already. */
    static ExperimentStatus with(
            ExperimentStatus status, String type, String value, String reason, String message, Instant now) {
        List<Condition> conditions = new ArrayList<>();
        Instant since = now;
        for (Condition condition : status.conditions()) {
            if (!condition.type().equals(type)) {
                conditions.add(condition);
                continue;
            }
            if (condition.status().equals(value)
                    && condition.reason().equals(reason)
                    && condition.message().equals(message)) {
                return status;
            }
            Instant former = condition.lastTransitionTime();
            since = condition.status().equals(value) && former != null ? former : now;
        }
        conditions.add(new Condition(MapValue.of("type", type, "status", value, "reason", reason, "message", message))
                .withLastUpdateTime(now)
                .withLastTransitionTime(since));
        return status.withConditions(conditions);
    }
}
