package dev.proa.delivery.rollout;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.BlueGreenStrategy;
import dev.proa.delivery.argo.CanaryStep;
import dev.proa.delivery.argo.CanaryStrategy;
import dev.proa.delivery.argo.RolloutAnalysis;
import dev.proa.delivery.argo.RolloutAnalysisBackground;
import dev.proa.delivery.argo.RolloutAnalysisRunStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Starts and ends the analysis runs of a Rollout, and acts on their results. */
final class Analyses {
    private final Draft draft;
    private final Situation s;

    Analyses(Draft draft) {
        this.draft = draft;
        this.s = draft.situation;
    }

    /** The runs that the status names, by what they are for; each may be null. */
    private record Current(
            @Nullable AnalysisRun step,
            @Nullable AnalysisRun background,
            @Nullable AnalysisRun prePromotion,
            @Nullable AnalysisRun postPromotion) {

        List<AnalysisRun> all() {
            List<AnalysisRun> all = new ArrayList<>();
            for (AnalysisRun run : new @Nullable AnalysisRun[] {step, background, prePromotion, postPromotion}) {
                if (run != null) {
                    all.add(run);
                }
            }
            return all;
        }
    }

    void plan() {
        Current now = current();
        boolean over = s.isPromoted()
                || draft.isAborted()
                || s.status().promoteFull()
                || s.isFastRollback()
                || s.status().stableRS().isEmpty();
        Current next;
        if (over) {
            now.all().forEach(this::end);
            next = new Current(null, null, now.prePromotion(), now.postPromotion());
        } else if (s.canary() != null) {
            next = new Current(step(now.step()), background(now.background()), null, null);
        } else {
            BlueGreenStrategy strategy = Objects.requireNonNull(s.blueGreen());
            AnalysisRun pre = promotion(strategy.prePromotionAnalysis(), now.prePromotion(), false);
            AnalysisRun post = promotion(strategy.postPromotionAnalysis(), now.postPromotion(), true);
            next = new Current(null, null, pre, post);
        }
        record(next);
        Set<String> kept =
                new HashSet<>(next.all().stream().map(AnalysisRun::name).toList());
        List<AnalysisRun> others =
                owned().stream().filter(run -> !kept.contains(run.name())).toList();
        others.forEach(this::end);
        Retention.runs(draft, others);
    }

    /** Whether the switch is done, but its analysis is not. */
    boolean isPostPromotionOpen() {
        AnalysisRun run = current().postPromotion();
        return !skipsPostPromotion(run) && (run == null || !run.status().phase().equals(AnalysisPhases.SUCCESSFUL));
    }

    /** Whether there is no analysis before the switch, or it was successful. */
    boolean isPrePromotionDone() {
        BlueGreenStrategy strategy = Objects.requireNonNull(s.blueGreen());
        AnalysisRun run = current().prePromotion();
        return strategy.prePromotionAnalysis() == null
                || run != null && run.status().phase().equals(AnalysisPhases.SUCCESSFUL);
    }

    /** The phase of the run of the present step; empty when there is none. */
    String stepPhase() {
        AnalysisRun run = current().step();
        return run == null ? "" : run.status().phase();
    }

    /** The phase of the run after the switch; empty when there is none. */
    String postPromotionPhase() {
        AnalysisRun run = current().postPromotion();
        return run == null ? "" : run.status().phase();
    }

    private Current current() {
        var status = s.status();
        return new Current(
                named(status.canary().currentStepAnalysisRunStatus()),
                named(status.canary().currentBackgroundAnalysisRunStatus()),
                named(status.blueGreen().prePromotionAnalysisRunStatus()),
                named(status.blueGreen().postPromotionAnalysisRunStatus()));
    }

    private @Nullable AnalysisRun named(@Nullable RolloutAnalysisRunStatus status) {
        return status == null
                ? null
                : owned().stream()
                        .filter(run -> run.name().equals(status.name()))
                        .findFirst()
                        .orElse(null);
    }

    private List<AnalysisRun> owned() {
        return s.runs().stream().filter(run -> Owners.owns(s.rollout(), run)).toList();
    }

    private @Nullable AnalysisRun step(@Nullable AnalysisRun now) {
        if (!s.status().pauseConditions().isEmpty() || s.status().abort()) {
            return now;
        }
        CanaryStep step = s.step();
        RolloutAnalysis analysis = step == null ? null : step.analysis();
        String index = String.valueOf(s.stepIndex());
        boolean former = now != null && !index.equals(now.labels().get(Argo.STEP_INDEX));
        if (analysis == null || analysis.templates().isEmpty() || former) {
            end(now);
            return null;
        }
        if (now == null || isUsedUp(now)) {
            return start(analysis, index, MapValue.of(Argo.ROLLOUT_TYPE, Argo.TYPE_STEP, Argo.STEP_INDEX, index));
        }
        react(now, "Step-based analysis phase error/failed");
        return now;
    }

    private @Nullable AnalysisRun background(@Nullable AnalysisRun now) {
        CanaryStrategy canary = Objects.requireNonNull(s.canary());
        RolloutAnalysisBackground background = canary.analysis();
        if (background == null || background.analysis().templates().isEmpty()) {
            end(now);
            return null;
        }
        Integer from = background.startingStep();
        Integer index = s.stepIndex();
        if (s.status().currentPodHash().isEmpty() || from != null && index != null && index < from) {
            return null;
        }
        if (s.pause(Pauses.INCONCLUSIVE_ANALYSIS).isPresent()) {
            return now;
        }
        if (now == null || isUsedUp(now)) {
            return start(background.analysis(), "", MapValue.of(Argo.ROLLOUT_TYPE, Argo.TYPE_BACKGROUND));
        }
        react(now, "Background analysis phase error/failed");
        return now;
    }

    private @Nullable AnalysisRun promotion(
            @Nullable RolloutAnalysis analysis, @Nullable AnalysisRun now, boolean post) {
        if (analysis == null || analysis.templates().isEmpty()) {
            end(now);
            return null;
        }
        AnalysisRun run = now;
        if (post ? skipsPostPromotion(now) : skipsPrePromotion(now)) {
            end(now);
        } else if (s.pause(Pauses.INCONCLUSIVE_ANALYSIS).isEmpty() && (now == null || isUsedUp(now))) {
            run = start(
                    analysis,
                    post ? "post" : "pre",
                    MapValue.of(Argo.ROLLOUT_TYPE, post ? Argo.TYPE_POST_PROMOTION : Argo.TYPE_PRE_PROMOTION));
        }
        if (run != null) {
            react(run, "Blue/green " + (post ? "post" : "pre") + "-promotion analysis phase error/failed");
        }
        return run;
    }

    private boolean skipsPrePromotion(@Nullable AnalysisRun run) {
        String active = s.status().blueGreen().activeSelector();
        String hash = s.current().hash();
        if (s.status().stableRS().equals(hash) || active.isEmpty() || active.equals(hash)) {
            return true;
        }
        Integer preview = Objects.requireNonNull(s.blueGreen()).previewReplicaCount();
        if (run != null) {
            return false; // a pod that restarts must not end it
        }
        return preview == null
                ? !s.current().isSaturated(s.replicas())
                : s.current().wanted() != preview || s.current().available() != preview;
    }

    private boolean skipsPostPromotion(@Nullable AnalysisRun run) {
        String hash = s.current().hash();
        if (s.status().stableRS().equals(hash)
                || !s.status().blueGreen().activeSelector().equals(hash)) {
            return true;
        }
        return run == null && !s.current().isSaturated(s.replicas());
    }

    /** Whether a run's result was already acted on: a user went on after an inconclusive one, or tried again. */
    private boolean isUsedUp(AnalysisRun run) {
        if (s.status().controllerPause()
                && s.pause(Pauses.CANARY_STEP).isEmpty()
                && s.pause(Pauses.BLUE_GREEN).isEmpty()) {
            return run.status().phase().equals(AnalysisPhases.INCONCLUSIVE);
        }
        return s.status().abortedAt() != null;
    }

    private void react(AnalysisRun run, String failure) {
        String message = run.status().message();
        switch (run.status().phase()) {
            case AnalysisPhases.INCONCLUSIVE -> draft.pause(Pauses.INCONCLUSIVE_ANALYSIS);
            case AnalysisPhases.ERROR, AnalysisPhases.FAILED ->
                draft.abort(message.isEmpty() ? failure : failure + ": " + message);
            default -> {}
        }
    }

    private AnalysisRun start(RolloutAnalysis analysis, String suffix, MapValue labels) {
        AnalysisRun wanted = new NewObjects(s).run(analysis, suffix, labels);
        Optional<AnalysisRun> there = new NewObjects(s).existing(wanted);
        if (there.isPresent()) {
            return there.get();
        }
        AnalysisRun run = new NewObjects(s).named(wanted);
        draft.add(new Action.StartRun(run));
        return run;
    }

    private void end(@Nullable AnalysisRun run) {
        if (run != null
                && !AnalysisPhases.isEnd(run.status().phase())
                && !run.spec().terminate()) {
            draft.add(new Action.EndRun(run));
        }
    }

    private void record(Current next) {
        var before = s.status();
        if (s.canary() != null) {
            draft.canary(c -> c.withCurrentStepAnalysisRunStatus(status(next.step()))
                    .withCurrentBackgroundAnalysisRunStatus(status(next.background())));
            tell("Step", before.canary().currentStepAnalysisRunStatus(), next.step());
            tell("Background", before.canary().currentBackgroundAnalysisRunStatus(), next.background());
        } else {
            draft.status(st -> st.withBlueGreen(st.blueGreen()
                    .withPrePromotionAnalysisRunStatus(status(next.prePromotion()))
                    .withPostPromotionAnalysisRunStatus(status(next.postPromotion()))));
            tell("PrePromotion", before.blueGreen().prePromotionAnalysisRunStatus(), next.prePromotion());
            tell("PostPromotion", before.blueGreen().postPromotionAnalysisRunStatus(), next.postPromotion());
        }
    }

    private static @Nullable RolloutAnalysisRunStatus status(@Nullable AnalysisRun run) {
        if (run == null) {
            return null;
        }
        RolloutAnalysisRunStatus status = new RolloutAnalysisRunStatus(MapValue.EMPTY)
                .withName(run.name())
                .withStatus(run.status().phase());
        return run.status().message().isEmpty()
                ? status
                : status.withMessage(run.status().message());
    }

    private void tell(String type, @Nullable RolloutAnalysisRunStatus before, @Nullable AnalysisRun run) {
        String phase = run == null ? "" : run.status().phase();
        if (run == null || phase.isEmpty()) {
            return;
        }
        if (before != null
                && (!before.name().equals(run.name()) || before.status().equals(phase))) {
            return;
        }
        String former = before == null ? "NoPreviousStatus" : before.status();
        String message =
                type + " Analysis Run '" + run.name() + "' Status New: '" + phase + "' Previous: '" + former + "'";
        if (phase.equals(AnalysisPhases.FAILED) || phase.equals(AnalysisPhases.ERROR)) {
            draft.warn("AnalysisRun" + phase, message);
        } else {
            draft.note("AnalysisRun" + phase, message);
        }
    }
}
