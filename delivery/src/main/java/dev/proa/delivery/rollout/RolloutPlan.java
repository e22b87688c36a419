package dev.proa.delivery.rollout;

import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Condition;
import dev.proa.delivery.argo.PauseCondition;
import dev.proa.delivery.argo.RolloutStatus;
import dev.proa.delivery.argo.TrafficWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides what to do about a Rollout. A pure function of its {@link Situation}. */
final class RolloutPlan {
    private RolloutPlan() {}

    static Plan of(Situation s) {
        List<Condition> news = pauseNews(s);
        if (!news.isEmpty()) {
            return conditions(s, news);
        }
        Optional<Plan> restoration = restoration(s);
        if (restoration.isPresent()) {
            return restoration.get();
        }
        Draft draft = new Draft(s);
        base(draft);
        if (isScaled(s)) {
            return scaleOnly(draft);
        }
        if (s.blueGreen() != null) {
            new BlueGreenPlan(draft).plan();
        } else {
            new CanaryPlan(draft).plan();
        }
        return draft.plan();
    }

    /** What all strategies have in common. */
    private static void base(Draft draft) {
        Situation s = draft.situation;
        RolloutStatus before = s.status();
        draft.status(st -> {
            RolloutStatus next = st.withConditions(Conditions.without(before.conditions(), Conditions.INVALID_SPEC))
                    .withCurrentPodHash(s.current().hash())
                    .withReplicas(s.all().stream().mapToInt(Version::actual).sum())
                    .withUpdatedReplicas(s.current().actual())
                    .withReadyReplicas(s.all().stream().mapToInt(Version::ready).sum())
                    .withAvailableReplicas(
                            s.all().stream().mapToInt(Version::available).sum())
                    .withStableRS(before.stableRS());
            if (before.restartedAt() != null) {
                next = next.withRestartedAt(before.restartedAt());
            }
            if (before.collisionCount() > 0) {
                next = next.withCollisionCount(before.collisionCount());
            }
            boolean promoteFull = before.promoteFull()
                    && !before.stableRS().equals(s.current().hash());
            return promoteFull ? next.withPromoteFull(true) : next;
        });
        if (s.canary() != null && s.hasRouting() && before.canary().weights() != null) {
            draft.canary(c -> c.withWeights(before.canary().weights()));
        }
        if (s.isPromoted() && before.abort()) {
            draft.removeAbort();
        }
    }

    /** What a user's pause, resumption or retry says about progress, so that the time in between does not count. */
    private static List<Condition> pauseNews(Situation s) {
        RolloutStatus status = s.status();
        Optional<Condition> progressing = Conditions.find(status.conditions(), Conditions.PROGRESSING);
        String reason = progressing.map(Condition::reason).orElse("");
        boolean aborted = reason.equals(Conditions.ABORTED);
        List<Condition> news = new ArrayList<>();
        if (s.isPaused() != reason.equals(Conditions.ROLLOUT_PAUSED) && !aborted && !Progress.isCompleted(status)) {
            news.add(
                    s.isPaused()
                            ? Conditions.of(
                                    Conditions.PROGRESSING,
                                    "Unknown",
                                    Conditions.ROLLOUT_PAUSED,
                                    "Rollout is paused",
                                    s.now())
                            : Conditions.of(
                                    Conditions.PROGRESSING,
                                    "Unknown",
                                    Conditions.RESUMED,
                                    "Rollout is resumed",
                                    s.now()));
        }
        if (!status.abort() && aborted) {
            news.add(Conditions.of(
                    Conditions.PROGRESSING, "Unknown", Conditions.RETRY, "Retrying Rollout after abort", s.now()));
        }
        boolean told = Conditions.find(status.conditions(), Conditions.PAUSED)
                .filter(c -> c.status().equals("True"))
                .isPresent();
        if (s.isPaused() != told && !aborted) {
            news.add(Conditions.of(
                    Conditions.PAUSED, s.isPaused(), Conditions.ROLLOUT_PAUSED, "Rollout is paused", s.now()));
        }
        return news;
    }

    private static Plan conditions(Situation s, List<Condition> news) {
        List<Condition> conditions = s.status().conditions();
        for (Condition condition : news) {
            conditions = Conditions.with(conditions, condition);
        }
        RolloutStatus status = s.status()
                .withConditions(conditions)
                .withObservedGeneration(String.valueOf(s.rollout().metadata().generation()));
        return new Plan(List.of(), Phases.settled(s.spec(), status), List.of(), null);
    }

    /** Whether the Rollout wants another number of pods than when its versions were scaled last. */
    private static boolean isScaled(Situation s) {
        List<Version> both = new ArrayList<>(List.of(s.current()));
        s.otherStable().ifPresent(both::add);
        return both.stream()
                .filter(version -> version.wanted() > 0)
                .anyMatch(version -> version.desired() >= 0 && version.desired() != s.replicas());
    }

    /** A change of size is followed at once, also by a paused Rollout, without going on with the update. */
    private static Plan scaleOnly(Draft draft) {
        Situation s = draft.situation;
        Scaling scaling = new Scaling(draft);
        draft.status(
                st -> s.status().withAvailableReplicas(st.availableReplicas()).withHpaReplicas(st.replicas()));
        if (s.blueGreen() != null) {
            scaling.blueGreen();
            Retention.versions(draft);
            BlueGreenPlan.count(draft);
        } else {
            scaling.canary();
        }
        settle(draft);
        return draft.plan();
    }

    /** Ends a draft: abort and pauses, conditions, phase, and events about what changed. */
    static void settle(Draft draft) {
        Situation s = draft.situation;
        RolloutStatus before = s.status();
        String generation = String.valueOf(s.rollout().metadata().generation());
        draft.status(st -> st.withObservedGeneration(generation));
        String workload = s.rollout().annotations().getOrDefault(Argo.WORKLOAD_GENERATION, "");
        if (s.spec().workloadRef() != null && !workload.isEmpty()) {
            draft.status(st -> st.withWorkloadObservedGeneration(workload));
        }
        Progress.abortLate(draft);
        draft.settlePauses();
        Progress.settle(draft);
        draft.status(st -> Phases.settled(s.spec(), st));
        List<PauseCondition> pauses = draft.status().pauseConditions();
        if (before.pauseConditions().isEmpty() && !pauses.isEmpty()) {
            draft.note(
                    Conditions.ROLLOUT_PAUSED,
                    "Rollout is paused (" + pauses.getFirst().reason() + ")");
        } else if (!before.pauseConditions().isEmpty()
                && pauses.isEmpty()
                && !draft.status().abort()) {
            draft.note(Conditions.RESUMED, "Rollout is resumed");
        }
    }

    /** After an abort that is in the status and left no traffic at the canary, the former pod template comes back if the user wants that. */
    private static Optional<Plan> restoration(Situation s) {
        TrafficWeights weights = s.status().canary().weights();
        boolean wanted = "true".equals(s.rollout().annotations().get(PodTemplates.RESTORE));
        boolean quiet = weights == null || weights.canary().weight() == 0;
        Optional<Condition> aborted = Conditions.find(s.status().conditions(), Conditions.PROGRESSING)
                .filter(condition -> condition.reason().equals(Conditions.ABORTED));
        if (!wanted
                || !quiet
                || !s.status().abort()
                || aborted.isEmpty()
                || s.spec().workloadRef() != null) {
            return Optional.empty();
        }
        return s.otherStable()
                .map(stable -> new Plan(
                        List.of(new Action.RestoreTemplate(stable, aborted.get().message())),
                        s.status(),
                        List.of(),
                        null));
    }
}
