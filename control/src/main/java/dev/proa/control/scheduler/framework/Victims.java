package dev.proa.control.scheduler.framework;

import java.util.List;

/**
 * The pods of a node that must go for another pod to fit on it.
 *
 * @param pods the most important first
 * @param violations how many of them a PodDisruptionBudget wants to stay
 */
public record Victims(List<PodInfo> pods, long violations) {
    public Victims {
        pods = List.copyOf(pods);
    }
}
