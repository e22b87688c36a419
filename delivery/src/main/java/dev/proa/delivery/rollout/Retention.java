package dev.proa.delivery.rollout;

import dev.proa.api.view.KubeObject;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Experiment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Deletes what a Rollout keeps no longer: old versions, finished analysis runs and experiments. */
final class Retention {
    private Retention() {}

    /** Deletes the oldest versions without pods beyond {@code revisionHistoryLimit}, and what belonged to them. */
    static void versions(Draft draft) {
        Situation s = draft.situation;
        List<Version> old = s.others().stream()
                .filter(version -> !version.set().isDeleting())
                .sorted(Version.BY_AGE)
                .toList();
        int excess = old.size() - s.spec().revisionHistoryLimit();
        for (Version version : old.subList(0, Math.max(0, excess))) {
            var set = version.set();
            boolean seen = set.metadata().generation() <= set.status().observedGeneration();
            if (version.wanted() == 0 && version.actual() == 0 && seen) {
                draft.add(new Action.Delete(version));
            }
        }
    }

    /** Deletes finished runs among {@code others}: those of deleted versions, and those beyond the limits. */
    static void runs(Draft draft, List<AnalysisRun> others) {
        excess(draft.situation, others, run -> run.status().phase())
                .forEach(run -> draft.add(new Action.DeleteRun(run)));
    }

    /** As {@link #runs}, of experiments. */
    static void experiments(Draft draft, List<Experiment> others) {
        excess(draft.situation, others, experiment -> experiment.status().phase())
                .forEach(experiment -> draft.add(new Action.DeleteExperiment(experiment)));
    }

    private static <T extends KubeObject> List<T> excess(Situation s, List<T> others, Function<T, String> phase) {
        Set<String> alive = s.all().stream()
                .filter(version -> !version.set().isDeleting())
                .map(Version::hash)
                .collect(Collectors.toSet());
        var limits = s.spec().analysis();
        List<T> newestFirst = others.stream()
                .filter(other -> !other.isDeleting())
                .sorted(Comparator.comparing(Retention::born).reversed().thenComparing(KubeObject::name))
                .toList();
        List<T> excess = new ArrayList<>();
        int successful = 0;
        int unsuccessful = 0;
        for (T other : newestFirst) {
            String end = phase.apply(other);
            if (!alive.contains(other.labels().getOrDefault(Argo.POD_TEMPLATE_HASH, ""))) {
                excess.add(other);
            } else if (end.equals(AnalysisPhases.SUCCESSFUL)) {
                if (successful++ >= limits.successfulRunHistoryLimit()) {
                    excess.add(other);
                }
            } else if (AnalysisPhases.isEnd(end) && unsuccessful++ >= limits.unsuccessfulRunHistoryLimit()) {
                excess.add(other);
            }
        }
        return excess;
    }

    private static Instant born(KubeObject object) {
        return Objects.requireNonNullElse(object.metadata().creationTimestamp(), Instant.EPOCH);
    }
}
