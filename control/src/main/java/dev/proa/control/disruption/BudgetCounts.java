package dev.proa.control.disruption;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.pod.DisruptionAllowed;
import dev.proa.api.policy.v1.PodDisruptionBudget;
import dev.proa.api.policy.v1.PodDisruptionBudgetStatus;
import dev.proa.api.value.IntOrString;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.control.shared.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the pods of a PodDisruptionBudget stand. Pure.
 *
 * @param disrupted pods that are about to be evicted and are not being deleted yet, with the times, for the status
 * @param recheck when the first of them has had its time; null when there are none
 * @param notDeleted pods that were about to be evicted two minutes ago and are still there
 */
record BudgetCounts(
        int healthy, MapValue disrupted, @Nullable Instant recheck, List<Pod> notDeleted) {
    /** How long a pod that is about to be evicted counts as gone. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    static BudgetCounts of(PodDisruptionBudget budget, Collection<Pod> pods, Instant now) {
        MapValue noted = budget.status().value().map("disruptedPods");
        MapValue.Builder disrupted = MapValue.builder();
        List<Pod> notDeleted = new ArrayList<>();
        Instant recheck = null;
        int healthy = 0;
        for (Pod pod : pods) {
            if (pod.isDeleting()) {
                continue;
            }
            Instant since = noted.isEmpty() ? null : Times.parse(noted.get(pod.name()));
            Instant end = since == null ? null : since.plus(PATIENCE);
            if (end != null && end.isBefore(now)) {
                notDeleted.add(pod);
            } else if (end != null) {
                disrupted.put(pod.name(), noted.get(pod.name()));
                recheck = recheck == null || end.isBefore(recheck) ? end : recheck;
            }
            boolean leaving = end != null && end.isAfter(now);
            if (!leaving && Pods.isReady(pod)) {
                healthy++;
            }
        }
        return new BudgetCounts(healthy, disrupted.build(), recheck, notDeleted);
    }

    /**
     * How many pods there should be, and how many of them healthy.
     *
     * @param expected of the controllers, or of the pods themselves when a number of them is to be available
     */
    record Demand(int expected, int healthy) {}

    /** Whether a budget is about a part of what the controllers of its pods want, and not about the pods that there are. */
    static boolean needsScale(PodDisruptionBudget budget) {
        MapValue spec = budget.spec().value();
        return spec.get("maxUnavailable") != null || spec.get("minAvailable") instanceof String;
    }

    /**
     * What a budget demands.
     *
     * @param expected how many pods their controllers want if {@link #needsScale}, or else how many there are
     * @throws IllegalArgumentException when it has a percentage that is none
     */
    static Demand demand(PodDisruptionBudget budget, int expected) {
        MapValue spec = budget.spec().value();
        Object maxUnavailable = spec.get("maxUnavailable");
        if (maxUnavailable != null) {
            int unavailable = IntOrString.from(maxUnavailable).scaled(expected, true);
            return new Demand(expected, Math.max(0, expected - unavailable));
        }
        Object minAvailable = spec.get("minAvailable");
        return minAvailable == null
                ? new Demand(0, 0)
                : new Demand(expected, IntOrString.from(minAvailable).scaled(expected, true));
    }

    /** The status of the budget, with the conditions that it has; the same object when nothing has changed. */
    PodDisruptionBudgetStatus status(PodDisruptionBudget budget, Demand demand, Instant now) {
        MapValue before = budget.status().value();
        int allowed = demand.expected() <= 0 ? 0 : Math.max(0, healthy - demand.healthy());
        MapValue counted = before.with("currentHealthy", (long) healthy)
                .with("desiredHealthy", (long) demand.healthy())
                .with("expectedPods", (long) demand.expected())
                .with("disruptionsAllowed", (long) allowed)
                .with("observedGeneration", budget.metadata().generation());
        counted = disrupted.isEmpty() ? counted.without("disruptedPods") : counted.with("disruptedPods", disrupted);
        boolean same = counted.equals(before) && DisruptionAllowed.isSettled(budget.value());
        return new PodDisruptionBudgetStatus(same ? before : DisruptionAllowed.settle(counted, now));
    }
}
