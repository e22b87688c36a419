package dev.proa.control.scheduler.preemption;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.policy.v1.PodDisruptionBudget;
import dev.proa.api.selector.LabelSelector;
import dev.proa.control.scheduler.framework.PodInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The PodDisruptionBudgets at one moment. Immutable. */
public final class DisruptionBudgets {
    private final Map<String, List<Budget>> byNamespace = new HashMap<>();

    /**
     * A budget.
     *
     * @param allowed how many more of its pods may go
     * @param disrupted names of pods whose eviction has begun, and counts in {@code allowed} already
     */
    private record Budget(LabelSelector selector, int allowed, Set<String> disrupted) {
        boolean covers(Pod pod) {
            return selector.matches(pod.labels()) && !disrupted.contains(pod.name());
        }
    }

    public DisruptionBudgets(Collection<PodDisruptionBudget> budgets) {
        for (PodDisruptionBudget budget : budgets) {
            LabelSelector selector = selector(budget);
            if (!selector.nothing() && !selector.isEverything()) { // an empty one protects nothing from preemption
                byNamespace
                        .computeIfAbsent(budget.namespace(), absent -> new ArrayList<>())
                        .add(new Budget(
                                selector,
                                budget.status().disruptionsAllowed(),
                                Set.copyOf(budget.status().disruptedPods().keySet())));
            }
        }
    }

    private static LabelSelector selector(PodDisruptionBudget budget) {
        if (!budget.spec().hasSelector()) {
            return LabelSelector.NOTHING;
        }
        try {
            return LabelSelector.of(budget.spec().selector());
        } catch (IllegalArgumentException e) {
            return LabelSelector.NOTHING; // one that cannot be read protects nothing, as in kube-scheduler
        }
    }

    /** Pods of which each in {@code violating} is one more than a budget allows to go. */
    record Split(List<PodInfo> violating, List<PodInfo> others) {}

    /** Takes the pods from their budgets in the order given, which both lists of the result keep. */
    Split split(List<PodInfo> pods) {
        List<PodInfo> violating = new ArrayList<>();
        List<PodInfo> others = new ArrayList<>();
        Map<Budget, Integer> taken = new IdentityHashMap<>();
        for (PodInfo info : pods) {
            boolean violates = false;
            for (Budget budget : budgetsOf(info.pod())) {
                if (budget.covers(info.pod())) {
                    violates |= taken.merge(budget, 1, Integer::sum) > budget.allowed;
                }
            }
            (violates ? violating : others).add(info);
        }
        return new Split(violating, others);
    }

    private List<Budget> budgetsOf(Pod pod) {
        return pod.labels().isEmpty() ? List.of() : byNamespace.getOrDefault(pod.namespace(), List.of());
    }
}
