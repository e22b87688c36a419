package dev.proa.delivery.rollout;

import dev.proa.api.core.v1.Service;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.BlueGreenStrategy;
import dev.proa.delivery.argo.PauseCondition;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** Decides about a blue-green update: the new version is complete before the service switches, and the old one is kept for a while. */
final class BlueGreenPlan {
    private final Draft draft;
    private final Situation s;
    private final BlueGreenStrategy strategy;
    private final String active;

    BlueGreenPlan(Draft draft) {
        this.draft = draft;
        this.s = draft.situation;
        this.strategy = Objects.requireNonNull(s.blueGreen());
        this.active = s.selected(strategy.activeService());
    }

    void plan() {
        String preview = strategy.previewService();
        if (!s.isHalted() && !preview.isEmpty()) {
            switchTo(preview, s.current().hash());
        }
        if (s.templateChanged()) {
            draft.clearPauses();
            draft.removeAbort();
            draft.status(st -> st.withPromoteFull(false));
            finish(false);
            return;
        }
        Restart.plan(draft);
        new Scaling(draft).blueGreen();
        Retention.versions(draft);
        pause();
        switchActive();
        new Analyses(draft).plan();
        PodMetadata.plan(draft);
        finish(true);
    }

    /** Whether the new version has all the pods that it is to have before the switch. */
    private boolean isReady() {
        Integer preview = strategy.previewReplicaCount();
        return preview != null && !s.status().blueGreen().scaleUpPreviewCheckPoint() && !isActive()
                ? s.current().wanted() >= preview && s.current().available() >= preview
                : s.current().isSaturated(s.replicas());
    }

    private boolean isActive() {
        return active.equals(s.current().hash());
    }

    private boolean isFastTracked() {
        return s.isFastRollback() || s.status().promoteFull() || active.isEmpty() || isActive();
    }

    private void pause() {
        if (s.status().abort() || !isReady() || s.isHalted()) {
            return;
        }
        boolean pauses = !strategy.autoPromotionEnabled() || strategy.autoPromotionSeconds() > 0;
        if (isFastTracked() || s.status().blueGreen().scaleUpPreviewCheckPoint() || !pauses) {
            draft.resume(Pauses.BLUE_GREEN);
            return;
        }
        if (!new Analyses(draft).isPrePromotionDone()) {
            return;
        }
        Optional<PauseCondition> began = s.pause(Pauses.BLUE_GREEN);
        if (began.isEmpty()) {
            if (!s.status().controllerPause()) {
                draft.pause(Pauses.BLUE_GREEN);
                if (strategy.autoPromotionSeconds() > 0) {
                    draft.again(s.now().plusSeconds(strategy.autoPromotionSeconds() + 1L));
                }
            }
        } else if (isPauseOver()) {
            draft.resume(Pauses.BLUE_GREEN);
        } else {
            end(began.get()).ifPresent(draft::again);
        }
    }

    /** When a pause ends by itself; {@code autoPromotionSeconds} count also when promotion is otherwise a user's. */
    private Optional<Instant> end(PauseCondition began) {
        Instant start = began.startTime();
        return start == null || strategy.autoPromotionSeconds() <= 0
                ? Optional.empty()
                : Optional.of(start.plusSeconds(strategy.autoPromotionSeconds() + 1L));
    }

    /** Whether nothing more is waited for before the switch: time is over, or a user went on. */
    private boolean isPauseOver() {
        if (draft.isPausing()) {
            return false;
        }
        if (s.status().blueGreen().scaleUpPreviewCheckPoint()) {
            return true;
        }
        Optional<PauseCondition> began = s.pause(Pauses.BLUE_GREEN);
        if (strategy.autoPromotionEnabled() && strategy.autoPromotionSeconds() == 0) {
            return true;
        }
        if (began.isPresent()) {
            return strategy.autoPromotionEnabled()
                    && end(began.get()).filter(at -> !s.now().isBefore(at)).isPresent();
        }
        return s.status().controllerPause();
    }

    private void switchActive() {
        if (s.isHalted()) {
            return;
        }
        if (s.status().abort()) {
            switchTo(strategy.activeService(), s.status().stableRS());
            return;
        }
        if (!s.current().isSaturated(s.replicas())) {
            return;
        }
        boolean promoted = isPauseOver() && new Analyses(draft).isPrePromotionDone();
        if (isFastTracked() || promoted) {
            switchTo(strategy.activeService(), s.current().hash());
        }
    }

    private void switchTo(String service, String hash) {
        Service found = s.services().get(service);
        boolean adopted = found != null && found.annotations().containsKey(Argo.MANAGED_BY);
        if (!hash.isEmpty() && found != null && (!s.selected(service).equals(hash) || !adopted)) {
            draft.add(new Action.SwitchService(service, hash));
        }
    }

    private void finish(boolean looked) {
        if (s.status().promoteFull() || s.isWithinRollbackWindow()) {
            draft.clearPauses();
            draft.removeAbort();
        }
        // What the services select now, not what they will: the next look finds what was switched.
        draft.status(st -> st.withBlueGreen(
                st.blueGreen().withActiveSelector(active).withPreviewSelector(s.selected(strategy.previewService()))));
        String reason = looked || s.stable() == null ? promotion() : "";
        if (!reason.isEmpty()) {
            promote(reason);
        } else if (looked && passesCheckPoint()) {
            draft.status(st -> st.withBlueGreen(st.blueGreen().withScaleUpPreviewCheckPoint(true)));
        }
        count(draft);
        RolloutPlan.settle(draft);
    }

    private String promotion() {
        if (s.stable() == null || active.isEmpty()) {
            return "Initial deploy";
        }
        if (!isActive()) {
            return "";
        }
        if (s.status().promoteFull()) {
            return "Full promotion requested";
        }
        if (s.isFastRollback()) {
            return s.isWithinRollbackWindow() ? "Rollback within window" : "Fast rollback";
        }
        boolean analysed = strategy.postPromotionAnalysis() == null
                || new Analyses(draft).postPromotionPhase().equals(AnalysisPhases.SUCCESSFUL);
        return draft.isAborted() || !analysed ? "" : "Completed blue-green update";
    }

    private void promote(String reason) {
        String former = draft.status().stableRS();
        String hash = draft.status().currentPodHash();
        draft.clearPauses();
        draft.removeAbort();
        draft.status(st -> st.withPromoteFull(false).withStableRS(hash));
        if (!former.equals(hash)) {
            draft.note(
                    "RolloutCompleted",
                    "Rollout completed update to revision " + s.current().revision() + " (" + hash + "): " + reason);
        }
        WorkloadScale.onSuccess(draft);
    }

    /** Whether a preview of few pods has shown itself, so that the version may get all of them. */
    private boolean passesCheckPoint() {
        Integer preview = strategy.previewReplicaCount();
        if (preview == null) {
            return false;
        }
        return s.status().blueGreen().scaleUpPreviewCheckPoint()
                || new Analyses(draft).isPrePromotionDone()
                        && isPauseOver()
                        && s.current().available() == preview;
    }

    /** Sets the numbers that autoscalers look at: those of the active version. */
    static void count(Draft draft) {
        Situation s = draft.situation;
        Optional<Version> active =
                s.withHash(s.selected(Objects.requireNonNull(s.blueGreen()).activeService()));
        int all = s.all().stream().mapToInt(Version::actual).sum();
        draft.status(st -> active.isPresent()
                ? st.withHpaReplicas(active.get().actual())
                        .withSelector(Selectors.text(active.get().set().spec().selector()))
                        .withAvailableReplicas(active.get().available())
                        .withReadyReplicas(active.get().ready())
                : st.withHpaReplicas(all).withSelector(Selectors.text(s.spec().selector())));
    }
}
