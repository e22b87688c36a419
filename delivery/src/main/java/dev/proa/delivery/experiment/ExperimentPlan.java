package dev.proa.delivery.experiment;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.delivery.analysis.AnalysisException;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.ExperimentAnalysisRef;
import dev.proa.delivery.argo.ExperimentAnalysisRunStatus;
import dev.proa.delivery.argo.ExperimentStatus;
import dev.proa.delivery.argo.ExperimentTemplate;
import dev.proa.delivery.argo.TemplateStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides what an experiment does next: its ReplicaSets, Services and analysis runs, and its status. Pure. */
final class ExperimentPlan {
    private static final int SCALE_DOWN_DELAY = 30;

    private final Situation situation;
    private final Experiment experiment;
    private final boolean terminating;
    private final List<Action> actions = new ArrayList<>();
    private final List<Happening> events = new ArrayList<>();
    private ExperimentStatus status;
    private @Nullable Instant next;

    /** An event to record. */
    record Happening(boolean warning, String reason, String message) {}

    /**
     * What was decided.
     *
     * @param next when to look again although nothing changed; null for never
     */
    record Planned(
            ExperimentStatus status,
            List<Action> actions,
            List<Happening> events,
            @Nullable Instant next) {}

    private ExperimentPlan(Situation situation) {
        this.situation = situation;
        this.experiment = situation.experiment();
        this.terminating = Progress.isTerminating(experiment);
        this.status = experiment.status();
    }

    static Planned of(Situation situation) {
        ExperimentPlan plan = new ExperimentPlan(situation);
        plan.experiment.spec().templates().forEach(plan::template);
        plan.experiment.spec().analyses().forEach(plan::analysis);
        ExperimentStatus decided = ExperimentOutcome.of(plan.experiment, plan.status, situation.now());
        plan.wake(Progress.end(plan.experiment, decided));
        return new Planned(decided, List.copyOf(plan.actions), List.copyOf(plan.events), plan.next);
    }

    private void wake(@Nullable Instant at) {
        if (at != null && at.isAfter(situation.now()) && (next == null || at.isBefore(next))) {
            next = at;
        }
    }

    private int desired(ExperimentTemplate template, TemplateStatus before) {
        return terminating || Progress.isTemplateEnd(before.status()) ? 0 : template.replicas();
    }

    private void template(ExperimentTemplate template) {
        TemplateStatus before = Progress.template(experiment.status(), template.name());
        TemplateStatus after = before;
        int desired = desired(template, before);
        ReplicaSet replicaSet = situation.replicaSets().get(template.name());
        if (replicaSet == null) {
            if (!terminating) {
                actions.add(new Action.CreateReplicaSet(template.name(), NewObjects.replicaSet(experiment, template)));
                after = after.withLastTransitionTime(situation.now());
            }
        } else {
            after = service(template, replicaSet, desired, after);
            after = scale(template, replicaSet, desired, after);
        }
        after = counted(before, after, replicaSet);
        if (!Progress.isTemplateEnd(before.status())) {
            after = assessed(template, after, desired);
        }
        tell(template.name(), before, after);
        status = Progress.with(status, after);
    }

    private TemplateStatus service(
            ExperimentTemplate template, ReplicaSet replicaSet, int desired, TemplateStatus before) {
        Service service = situation.services().get(template.name());
        if (service != null && (template.service() == null || desired == 0 && available(replicaSet) == 0)) {
            actions.add(new Action.DeleteService(template.name(), service));
            return new TemplateStatus(before.value().without("serviceName").without("podTemplateHash"));
        }
        if (template.service() == null || desired == 0) {
            return before;
        }
        Service wanted = NewObjects.service(experiment, template, replicaSet);
        if (wanted.value().map("spec").list("ports").isEmpty()) {
            return before;
        }
        if (service == null) {
            actions.add(new Action.CreateService(template.name(), wanted));
        }
        return before.withServiceName(wanted.name())
                .withPodTemplateHash(replicaSet.labels().getOrDefault(Argo.POD_TEMPLATE_HASH, ""));
    }

    private TemplateStatus scale(
            ExperimentTemplate template, ReplicaSet replicaSet, int desired, TemplateStatus before) {
        int replicas = (int) replicaSet.value().map("spec").integer("replicas", 1);
        if (replicas == desired) {
            return before;
        }
        if (desired == 0) {
            Instant deadline = deadline(replicaSet);
            if (deadline.isAfter(situation.now())) {
                wake(deadline);
                return before;
            }
        }
        actions.add(new Action.Scale(template.name(), replicaSet, desired));
        return before.withLastTransitionTime(situation.now());
    }

    /** When the pods of a ReplicaSet may go, which its annotation tells once it is set. */
    private Instant deadline(ReplicaSet replicaSet) {
        Integer configured = experiment.spec().scaleDownDelaySeconds();
        int delay = configured == null ? SCALE_DOWN_DELAY : configured;
        if (delay == 0) {
            return situation.now();
        }
        Instant told = Times.parse(replicaSet.annotations().get(Argo.SCALE_DOWN_DEADLINE));
        if (told != null) {
            return told;
        }
        Instant deadline = situation.now().plusSeconds(delay);
        actions.add(new Action.SetDeadline(replicaSet, deadline));
        return deadline;
    }

    private static int available(@Nullable ReplicaSet replicaSet) {
        return replicaSet == null ? 0 : (int) replicaSet.value().map("status").integer("availableReplicas", 0);
    }

    private TemplateStatus counted(TemplateStatus before, TemplateStatus after, @Nullable ReplicaSet replicaSet) {
        MapValue counts =
                replicaSet == null ? MapValue.EMPTY : replicaSet.value().map("status");
        int replicas = (int) counts.integer("replicas", 0);
        TemplateStatus counted = after.withReplicas(replicas)
                .withUpdatedReplicas(replicas)
                .withReadyReplicas((int) counts.integer("readyReplicas", 0))
                .withAvailableReplicas(available(replicaSet));
        boolean progressed = before.replicas() != counted.replicas()
                || before.readyReplicas() != counted.readyReplicas()
                || before.availableReplicas() != counted.availableReplicas();
        return progressed ? counted.withLastTransitionTime(situation.now()) : counted;
    }

    private TemplateStatus assessed(ExperimentTemplate template, TemplateStatus now, int desired) {
        Instant end = Progress.end(experiment, experiment.status());
        if (now.availableReplicas() == desired && situation.replicaSets().containsKey(template.name())) {
            boolean over = terminating || end != null && !end.isAfter(situation.now());
            return now.withStatus(over ? AnalysisPhases.SUCCESSFUL : AnalysisPhases.RUNNING);
        }
        int seconds = experiment.spec().progressDeadlineSeconds();
        Instant from = now.lastTransitionTime();
        Instant deadline = (from == null ? situation.now() : from).plusSeconds(seconds);
        if (deadline.isBefore(situation.now())) {
            return now.withStatus(AnalysisPhases.FAILED)
                    .withMessage("Template '" + template.name() + "' exceeded its progressDeadlineSeconds (" + seconds
                            + ")");
        }
        wake(deadline.plusSeconds(1));
        return now.withStatus(terminating ? AnalysisPhases.SUCCESSFUL : Progress.PROGRESSING);
    }

    private void tell(String template, TemplateStatus before, TemplateStatus after) {
        if (!before.status().equals(after.status())) {
            events.add(new Happening(
                    Progress.isBad(after.status()),
                    "Template" + after.status(),
                    "Template '" + template + "' transitioned from " + before.status() + " -> " + after.status()
                            + (after.message().isEmpty() ? "" : ": " + after.message())));
        }
    }

    private void analysis(ExperimentAnalysisRef analysis) {
        ExperimentAnalysisRunStatus before = Progress.analysis(experiment.status(), analysis.name());
        ExperimentAnalysisRunStatus after = analysis(analysis, before);
        if (!before.phase().equals(after.phase()) && !after.phase().isEmpty()) {
            events.add(new Happening(
                    Progress.isBad(after.phase()),
                    "AnalysisRun" + after.phase(),
                    "AnalysisRun '" + analysis.name() + "' transitioned from " + before.phase() + " -> " + after.phase()
                            + (after.message().isEmpty() ? "" : ": " + after.message())));
        }
        status = Progress.with(status, after);
    }

    private ExperimentAnalysisRunStatus analysis(ExperimentAnalysisRef analysis, ExperimentAnalysisRunStatus before) {
        boolean available = experiment.status().availableAt() != null;
        if (before.analysisRun().isEmpty()) {
            return terminating || Progress.isBad(before.phase()) ? before : begin(analysis, before, available);
        }
        if (AnalysisPhases.isEnd(before.phase())) {
            return before;
        }
        AnalysisRun run = situation.runs().get(analysis.name());
        if (run == null) {
            return before.withPhase(AnalysisPhases.ERROR)
                    .withMessage("analysisruns.argoproj.io \"" + before.analysisRun() + "\" not found");
        }
        String phase = run.status().phase();
        if (terminating && !AnalysisPhases.isEnd(phase)) {
            if (!run.spec().terminate()) {
                actions.add(new Action.EndRun(analysis.name(), run));
            }
            return before;
        }
        String message = run.status().message();
        ExperimentAnalysisRunStatus after = phase.isEmpty() ? before : before.withPhase(phase);
        return message.isEmpty() ? after : after.withMessage(message);
    }

    /** Creates the run once all pods are available; before that only looks whether it could be created. */
    private ExperimentAnalysisRunStatus begin(
            ExperimentAnalysisRef analysis, ExperimentAnalysisRunStatus before, boolean available) {
        try {
            if (available) {
                AnalysisRun run = NewObjects.run(situation, analysis);
                actions.add(new Action.CreateRun(analysis.name(), run));
                return before.withPhase(AnalysisPhases.PENDING).withAnalysisRun(run.name());
            }
            TemplateCheck.check(situation, analysis);
            return before;
        } catch (AnalysisException e) {
            String kind = analysis.clusterScope() ? "ClusterAnalysisTemplate" : "AnalysisTemplate";
            String what = available ? "Failed to create AnalysisRun" : kind + " verification failed";
            return before.withPhase(AnalysisPhases.ERROR)
                    .withMessage(what + " for analysis '" + analysis.name() + "': " + e.getMessage());
        }
    }
}
