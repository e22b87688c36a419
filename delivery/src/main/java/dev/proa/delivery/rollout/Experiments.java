package dev.proa.delivery.rollout;

import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.CanaryStep;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.RolloutExperimentStep;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Starts and ends the experiments that are steps of a canary update, and acts on their results. */
final class Experiments {
    private final Draft draft;
    private final Situation s;

    private Experiments(Draft draft) {
        this.draft = draft;
        this.s = draft.situation;
    }

    /** The experiment that the status names. */
    static Optional<Experiment> current(Situation s) {
        String name = s.status().canary().currentExperiment();
        return owned(s).stream().filter(e -> e.name().equals(name)).findFirst();
    }

    /** The last experiment step up to the present step. */
    static Optional<RolloutExperimentStep> step(Situation s) {
        Integer index = s.stepIndex();
        if (index == null || index >= s.steps().size()) {
            return Optional.empty();
        }
        return s.steps().subList(0, index + 1).reversed().stream()
                .map(CanaryStep::experiment)
                .filter(Objects::nonNull)
                .findFirst();
    }

    static void plan(Draft draft) {
        new Experiments(draft).plan();
    }

    private static List<Experiment> owned(Situation s) {
        return s.experiments().stream()
                .filter(experiment -> Owners.owns(s.rollout(), experiment))
                .toList();
    }

    private void plan() {
        if (draft.isAborted() || s.status().promoteFull()) {
            owned(s).forEach(this::end);
            return;
        }
        CanaryStep step = s.step();
        RolloutExperimentStep wanted = step == null ? null : step.experiment();
        if (s.pause(Pauses.INCONCLUSIVE_EXPERIMENT).isPresent()) {
            return;
        }
        if (s.pause(Pauses.INCONCLUSIVE_ANALYSIS).isPresent()) {
            keep(current(s).orElse(null));
            return;
        }
        Version stable = s.stable();
        Experiment experiment = wanted == null || stable == null ? null : present(wanted, stable);
        String kept = experiment == null ? "" : experiment.name();
        List<Experiment> others =
                owned(s).stream().filter(other -> !other.name().equals(kept)).toList();
        others.forEach(this::end);
        Retention.experiments(draft, others);
    }

    private Experiment present(RolloutExperimentStep step, Version stable) {
        Experiment experiment = current(s).orElseGet(() -> start(step, stable));
        String message = experiment.status().message();
        switch (experiment.status().phase()) {
            // not kept in the status: when a user goes on, another one begins
            case AnalysisPhases.INCONCLUSIVE -> draft.pause(Pauses.INCONCLUSIVE_EXPERIMENT);
            case AnalysisPhases.ERROR, AnalysisPhases.FAILED ->
                draft.abort("Experiment analysis phase is error/failed" + (message.isEmpty() ? "" : ": " + message));
            default -> keep(experiment);
        }
        return experiment;
    }

    private void keep(@Nullable Experiment experiment) {
        if (experiment != null) {
            draft.canary(c -> c.withCurrentExperiment(experiment.name()));
        }
    }

    private Experiment start(RolloutExperimentStep step, Version stable) {
        NewObjects made = new NewObjects(s);
        Experiment wanted = made.experiment(step, stable);
        return made.existing(wanted).orElseGet(() -> {
            Experiment experiment = made.named(wanted);
            draft.add(new Action.StartExperiment(experiment));
            draft.note("ExperimentCreated", "Created Experiment '" + experiment.name() + "'");
            return experiment;
        });
    }

    private void end(Experiment experiment) {
        if (!AnalysisPhases.isEnd(experiment.status().phase())
                && !experiment.spec().terminate()) {
            draft.add(new Action.EndExperiment(experiment));
        }
    }
}
