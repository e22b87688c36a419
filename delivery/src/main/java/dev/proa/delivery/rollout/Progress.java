package dev.proa.delivery.rollout;

import dev.proa.api.apps.v1.ReplicaSetCondition;
import dev.proa.delivery.argo.BlueGreenStrategy;
import dev.proa.delivery.argo.CanaryStep;
import dev.proa.delivery.argo.Condition;
import dev.proa.delivery.argo.RolloutStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Whether an update goes on, is done, or has taken too long: the conditions that a draft's status is to have. */
final class Progress {
    private final Draft draft;
    private final Situation s;
    private final RolloutStatus before;

    private Progress(Draft draft) {
        this.draft = draft;
        this.s = draft.situation;
        this.before = s.status();
    }

    /** Aborts an update that took too long, if the Rollout says so. To be called before pauses are settled. */
    static void abortLate(Draft draft) {
        Progress progress = new Progress(draft);
        RolloutStatus next = draft.status();
        if (draft.situation.spec().progressDeadlineAbort()
                && !draft.isAborted()
                && !isCompleted(next)
                && !progress.advances(next)
                && progress.isLate(before(draft))) {
            draft.abort(progress.timeoutMessage());
        }
    }

    private static List<Condition> before(Draft draft) {
        return draft.situation.status().conditions();
    }

    /** Sets the conditions. To be called when all else in the status is settled. */
    static void settle(Draft draft) {
        new Progress(draft).settle();
    }

    private void settle() {
        RolloutStatus next = draft.status();
        boolean healthy = isHealthy(next);
        boolean paused = !next.pauseConditions().isEmpty() || s.spec().paused();
        boolean becameUnhealthy = false;
        Optional<Condition> wasHealthy = Conditions.find(before.conditions(), Conditions.HEALTHY);
        if (!paused && healthy) {
            set(Conditions.HEALTHY, true, "RolloutHealthy", "Rollout is healthy");
        } else if (wasHealthy.isPresent()) {
            becameUnhealthy = wasHealthy.get().status().equals("True");
            set(Conditions.HEALTHY, false, "RolloutHealthy", "Rollout is not healthy");
        }
        if (draft.isAborted()) {
            aborted();
        } else {
            progressing(next, healthy, becameUnhealthy);
        }
        available(next);
        failures();
        completed(next);
    }

    private void aborted() {
        String why = draft.abortMessage();
        String message =
                "Rollout aborted update to revision " + s.current().revision() + (why.isEmpty() ? "" : ": " + why);
        Condition condition = Conditions.of(Conditions.PROGRESSING, false, Conditions.ABORTED, message, s.now());
        if (Conditions.isNews(draft.status().conditions(), condition)) {
            draft.warn(Conditions.ABORTED, message);
        }
        set(condition);
    }

    private void progressing(RolloutStatus next, boolean healthy, boolean becameUnhealthy) {
        if (healthy) {
            set(
                    Conditions.PROGRESSING,
                    true,
                    Conditions.SET_AVAILABLE,
                    "ReplicaSet \"" + s.current().name() + "\" has successfully progressed.");
        } else if (advances(next) || becameUnhealthy) {
            boolean fell = becameUnhealthy && isCompleted(next);
            Condition condition = Conditions.of(
                    Conditions.PROGRESSING,
                    true,
                    fell ? Conditions.SET_NOT_AVAILABLE : Conditions.SET_UPDATED,
                    fell
                            ? "Rollout does not have minimum availability"
                            : "ReplicaSet \"" + s.current().name() + "\" is progressing.",
                    s.now());
            draft.status(st -> st.withConditions(Conditions.replaced(st.conditions(), condition)));
        } else if (isLate(next.conditions())) {
            set(Conditions.PROGRESSING, false, Conditions.TIMED_OUT, timeoutMessage());
        } else {
            deadline(next.conditions()).ifPresent(draft::again);
        }
    }

    private String timeoutMessage() {
        return "ReplicaSet \"" + s.current().name() + "\" has timed out progressing.";
    }

    /** Whether nothing went on for {@code progressDeadlineSeconds}, and nothing explains it. */
    private boolean isLate(List<Condition> conditions) {
        boolean timedOut = Conditions.find(conditions, Conditions.PROGRESSING)
                .filter(c -> c.reason().equals(Conditions.TIMED_OUT))
                .isPresent();
        return !isWaiting()
                && (timedOut
                        || deadline(conditions)
                                .filter(at -> !s.now().isBefore(at))
                                .isPresent());
    }

    /** When the update will have taken too long; empty when it does not count. */
    private Optional<Instant> deadline(List<Condition> conditions) {
        return Conditions.find(conditions, Conditions.PROGRESSING)
                .filter(c -> !List.of(Conditions.ABORTED, Conditions.ROLLOUT_PAUSED, Conditions.TIMED_OUT)
                        .contains(c.reason()))
                .filter(c -> !isWaiting() && !s.isPaused())
                .map(Condition::lastUpdateTime)
                .map(at -> at.plus(Duration.ofSeconds(s.spec().progressDeadlineSeconds() + 1L)));
    }

    /** Whether the update is where time does not count: at a step that takes its time, paused, or until old versions lose their pods. */
    private boolean isWaiting() {
        CanaryStep step = s.step();
        boolean patient =
                step != null && (step.experiment() != null || step.analysis() != null || step.pause() != null);
        return patient
                || Conditions.find(before.conditions(), Conditions.PAUSED)
                        .filter(c -> c.status().equals("True"))
                        .isPresent()
                || s.others().stream().anyMatch(other -> other.deadline().isPresent());
    }

    /** Whether something has gone on since the last decision: pods, switches, steps. */
    private boolean advances(RolloutStatus next) {
        boolean strategy = s.blueGreen() != null
                ? !next.blueGreen().activeSelector().equals(before.blueGreen().activeSelector())
                        || !next.blueGreen()
                                .previewSelector()
                                .equals(before.blueGreen().previewSelector())
                : !next.stableRS().equals(before.stableRS())
                        || !next.currentStepHash().equals(before.currentStepHash())
                        || before.currentStepIndex() != null
                                && next.currentStepIndex() != null
                                && !Objects.equals(next.currentStepIndex(), before.currentStepIndex());
        return strategy
                || next.updatedReplicas() != before.updatedReplicas()
                || next.replicas() - next.updatedReplicas() < before.replicas() - before.updatedReplicas()
                || next.readyReplicas() > before.readyReplicas()
                || next.availableReplicas() > before.availableReplicas();
    }

    static boolean isCompleted(RolloutStatus status) {
        return !status.stableRS().isEmpty() && status.stableRS().equals(status.currentPodHash());
    }

    private boolean isHealthy(RolloutStatus next) {
        int replicas = s.replicas();
        if (next.updatedReplicas() != replicas
                || next.availableReplicas() != replicas
                || !before.observedGeneration()
                        .equals(String.valueOf(s.rollout().metadata().generation()))) {
            return false;
        }
        BlueGreenStrategy blueGreen = s.blueGreen();
        if (blueGreen != null) {
            boolean preview = blueGreen.previewService().isEmpty()
                    || next.blueGreen().previewSelector().equals(next.currentPodHash());
            return preview && next.blueGreen().activeSelector().equals(next.currentPodHash());
        }
        Integer index = next.currentStepIndex();
        boolean done =
                index == null || s.steps().isEmpty() || index == s.steps().size();
        return done && isCompleted(next) && next.replicas() == replicas;
    }

    private void available(RolloutStatus next) {
        boolean available = s.blueGreen() != null
                ? s.withHash(next.blueGreen().activeSelector())
                        .filter(active -> active.isSaturated(s.replicas()))
                        .isPresent()
                : s.all().stream().mapToInt(Version::available).sum() >= s.replicas();
        set(
                Conditions.AVAILABLE,
                available,
                "AvailableReason",
                available ? "Rollout has minimum availability" : "Rollout does not have minimum availability");
    }

    private void failures() {
        List<Version> newestFirst = new ArrayList<>(List.of(s.current()));
        newestFirst.addAll(s.all());
        Optional<ReplicaSetCondition> failure = newestFirst.stream()
                .flatMap(version -> version.set().status().conditions().stream())
                .filter(condition -> condition.type().equals(Conditions.REPLICA_FAILURE))
                .findFirst();
        if (failure.isEmpty()) {
            draft.status(st -> st.withConditions(Conditions.without(st.conditions(), Conditions.REPLICA_FAILURE)));
            return;
        }
        ReplicaSetCondition of = failure.get();
        Instant since = Objects.requireNonNullElse(of.lastTransitionTime(), s.now());
        set(Conditions.of(Conditions.REPLICA_FAILURE, of.status(), of.reason(), of.message(), since));
    }

    private void completed(RolloutStatus next) {
        boolean completed = isCompleted(next);
        Condition condition =
                Conditions.of(Conditions.COMPLETED, completed, "RolloutCompleted", "RolloutCompleted", s.now());
        if (!completed && Conditions.isNews(draft.status().conditions(), condition)) {
            draft.note(
                    "RolloutNotCompleted",
                    "Rollout not completed, started update to revision "
                            + s.current().revision() + " (" + next.currentPodHash() + ")");
        }
        set(condition);
    }

    private void set(String type, boolean status, String reason, String message) {
        set(Conditions.of(type, status, reason, message, s.now()));
    }

    private void set(Condition condition) {
        draft.status(st -> st.withConditions(Conditions.with(st.conditions(), condition)));
    }
}
