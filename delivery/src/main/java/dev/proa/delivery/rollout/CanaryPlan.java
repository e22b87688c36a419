package dev.proa.delivery.rollout;

import dev.proa.api.codec.GoDuration;
import dev.proa.api.value.IntOrString;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.CanaryStep;
import dev.proa.delivery.argo.PauseCondition;
import dev.proa.delivery.argo.RolloutPause;
import dev.proa.delivery.argo.SetCanaryScale;
import dev.proa.delivery.argo.TrafficWeights;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides about a canary update: which step it is at, and what that step asks for. */
final class CanaryPlan {
    private final Draft draft;
    private final Situation s;

    CanaryPlan(Draft draft) {
        this.draft = draft;
        this.s = draft.situation;
    }

    void plan() {
        draft.status(st -> st.withHpaReplicas(st.replicas())
                .withSelector(Selectors.text(s.spec().selector()))
                .withCurrentStepHash(Hashes.ofSteps(s.canary())));
        String pingPong = s.status().canary().stablePingPong();
        if (!pingPong.isEmpty()) {
            draft.canary(c -> c.withStablePingPong(pingPong));
        }
        if (s.stepsChanged() || s.templateChanged()) {
            begin();
            return;
        }
        if (Restart.plan(draft)) {
            keepStep();
            return;
        }
        PodMetadata.plan(draft);
        Retention.versions(draft);
        ServiceParts.plan(draft);
        CanaryTraffic.plan(draft);
        Experiments.plan(draft);
        new Analyses(draft).plan();
        boolean changing = !draft.isPausing() && new Scaling(draft).canary();
        if (!draft.isPausing() && !changing) {
            pause();
        }
        finish(changing);
    }

    /** Begins an update: at the first step, unless it goes back to what is known to be good. */
    private void begin() {
        draft.clearPauses();
        draft.removeAbort();
        draft.status(st -> st.withPromoteFull(false));
        if (!s.steps().isEmpty()) {
            int count = s.steps().size();
            boolean toStable = s.status().stableRS().equals(s.current().hash());
            boolean toWindow =
                    !toStable && s.isWithinRollbackWindow() && s.current().wanted() > 0;
            draft.status(st -> st.withCurrentStepIndex(toStable || toWindow ? count : 0));
            if (toStable) {
                draft.note("SkipSteps", "Rollback to stable ReplicaSets");
            } else if (toWindow) {
                draft.note("SkipSteps", "Rollback to active ReplicaSets within RollbackWindow");
            }
        }
        RolloutPlan.settle(draft);
    }

    /** Leaves the update where it is, since pods that were just evicted make counts unreliable. */
    private void keepStep() {
        Integer index = s.stepIndex();
        if (index != null) {
            draft.status(st -> st.withCurrentStepIndex(index));
        }
        var before = s.status().canary();
        draft.canary(c -> c.withCurrentExperiment(before.currentExperiment())
                .withCurrentStepAnalysisRunStatus(before.currentStepAnalysisRunStatus())
                .withCurrentBackgroundAnalysisRunStatus(before.currentBackgroundAnalysisRunStatus()));
        RolloutPlan.settle(draft);
    }

    private void pause() {
        CanaryStep step = s.step();
        RolloutPause pause = step == null ? null : step.pause();
        if (pause == null || s.spec().paused() || s.status().promoteFull() || draft.isAborted()) {
            return;
        }
        Optional<PauseCondition> began = s.pause(Pauses.CANARY_STEP);
        if (began.isPresent()) {
            end(pause, began.get()).filter(s.now()::isBefore).ifPresent(draft::again);
        } else if (!s.status().controllerPause()) {
            draft.pause(Pauses.CANARY_STEP);
            Duration duration = duration(pause);
            if (duration != null) {
                draft.again(s.now().plus(duration).plusSeconds(1));
            }
        }
    }

    private void finish(boolean changing) {
        Integer index = s.stepIndex();
        int count = s.steps().size();
        if (s.status().promoteFull() || s.isWithinRollbackWindow()) {
            draft.clearPauses();
            draft.removeAbort();
            index = count == 0 ? null : (Integer) count;
        }
        String reason = promotion(index);
        if (!reason.isEmpty()) {
            promote(reason);
        } else if (draft.isAborted()) {
            if (count > 0) {
                draft.status(st -> st.withCurrentStepIndex(Progress.isCompleted(st) ? count : 0));
            }
        } else {
            boolean done = !changing && !draft.isPausing() && isDone();
            if (done) {
                index = Objects.requireNonNull(index) + 1;
                draft.canary(c -> c.withCurrentStepAnalysisRunStatus(null));
                draft.note(
                        "RolloutStepCompleted",
                        "Rollout step " + index + "/" + count + " completed (" + text(Objects.requireNonNull(s.step()))
                                + ")");
                draft.resume(Pauses.CANARY_STEP);
            }
            Integer next = index;
            if (next != null) {
                draft.status(st -> st.withCurrentStepIndex(next));
            }
        }
        RolloutPlan.settle(draft);
    }

    /** Whether the present step has come to its end. */
    private boolean isDone() {
        CanaryStep step = s.step();
        if (step == null || s.spec().paused() || draft.weightsChanged) {
            return false;
        }
        TrafficWeights weights = draft.status().canary().weights();
        boolean verified = weights == null || !Boolean.FALSE.equals(weights.verified());
        RolloutPause pause = step.pause();
        if (pause != null) {
            Optional<PauseCondition> began = s.pause(Pauses.CANARY_STEP);
            return began.isEmpty()
                    ? s.status().controllerPause()
                    : end(pause, began.get())
                            .filter(at -> !s.now().isBefore(at))
                            .isPresent();
        }
        if (step.setWeight() != null) {
            return CanaryCounts.reached(s, weights) && verified && carries(weights);
        }
        if (step.setCanaryScale() != null) {
            return CanaryCounts.reached(s, weights);
        }
        if (step.experiment() != null) {
            return Experiments.current(s)
                    .filter(e -> e.status().phase().equals(AnalysisPhases.SUCCESSFUL))
                    .isPresent();
        }
        if (step.analysis() != null) {
            return new Analyses(draft).stepPhase().equals(AnalysisPhases.SUCCESSFUL);
        }
        return step.setHeaderRoute() != null || step.setMirrorRoute() != null;
    }

    /** Whether the router was told the weight of the present step. */
    private boolean carries(@Nullable TrafficWeights weights) {
        return weights == null || weights.canary().weight() == CanaryCounts.currentWeight(s);
    }

    private static @Nullable Duration duration(RolloutPause pause) {
        IntOrString duration = pause.duration();
        if (duration == null) {
            return null;
        }
        String text = duration.text();
        return text == null
                ? Duration.ofSeconds(duration.number())
                : text.matches("[0-9]+")
                        ? Duration.ofSeconds(Long.parseLong(text))
                        : GoDuration.parse(text).orElse(null);
    }

    /** When a pause is over; empty when a user must end it. Points in time are kept in whole seconds, so it takes at least as long as it says. */
    private static Optional<Instant> end(RolloutPause pause, PauseCondition began) {
        Duration duration = duration(pause);
        Instant start = began.startTime();
        return duration == null || start == null
                ? Optional.empty()
                : Optional.of(start.plus(duration).plusSeconds(duration.isZero() ? 0 : 1));
    }

    /** Why the current version becomes the stable one now; empty when it does not. */
    private String promotion(@Nullable Integer index) {
        if (s.stable() == null) {
            return "Initial deploy";
        }
        boolean enough =
                s.current().available() >= s.replicas() || CanaryCounts.meetsThreshold(s, s.current(), s.replicas());
        if (draft.isAborted() || !enough) {
            return "";
        }
        if (!s.isPromoted() && s.hasRouting() && !s.isFastRollback() && isTrafficBehind()) {
            return "";
        }
        if (s.status().promoteFull()) {
            return "Full promotion requested";
        }
        if (s.isFastRollback()) {
            return s.isWithinRollbackWindow() ? "Rollback within window" : "Fast rollback";
        }
        int count = s.steps().size();
        boolean allDone = count == 0 || index != null && index == count;
        return allDone ? "Completed all " + count + " canary steps" : "";
    }

    /** Whether the router has yet to send all traffic to the canary, or to say that it does. */
    private boolean isTrafficBehind() {
        TrafficWeights weights = draft.status().canary().weights();
        return draft.weightsChanged
                || weights == null
                || weights.canary().weight() != s.maxWeight()
                || Boolean.FALSE.equals(weights.verified());
    }

    private void promote(String reason) {
        String former = draft.status().stableRS();
        String hash = draft.status().currentPodHash();
        draft.clearPauses();
        draft.removeAbort();
        int count = s.steps().size();
        draft.status(st -> st.withPromoteFull(false).withStableRS(hash));
        if (count > 0) {
            draft.status(st -> st.withCurrentStepIndex(count));
        }
        if (!former.equals(hash)) {
            if (Objects.requireNonNull(s.canary()).pingPong() != null) {
                draft.canary(c -> c.withStablePingPong(ServiceParts.swapped(c.stablePingPong())));
            }
            draft.note(
                    "RolloutCompleted",
                    "Rollout completed update to revision " + s.current().revision() + " (" + hash + "): " + reason);
        }
        WorkloadScale.onSuccess(draft);
    }

    private static String text(CanaryStep step) {
        RolloutPause pause = step.pause();
        SetCanaryScale scale = step.setCanaryScale();
        var header = step.setHeaderRoute();
        var mirror = step.setMirrorRoute();
        if (step.setWeight() != null) {
            return "setWeight: " + step.setWeight();
        }
        if (pause != null) {
            return pause.duration() == null ? "pause" : "pause: " + pause.duration();
        }
        if (step.experiment() != null) {
            return "experiment";
        }
        if (step.analysis() != null) {
            return "analysis";
        }
        if (scale != null) {
            return "setCanaryScale{"
                    + (scale.weight() != null
                            ? "weight: " + scale.weight()
                            : scale.matchTrafficWeight() ? "matchTrafficWeight: true" : "replicas: " + scale.replicas())
                    + "}";
        }
        return header != null
                ? "setHeaderRoute: " + header.name()
                : mirror != null ? "setMirrorRoute: " + mirror.name() : "invalid";
    }
}
