package dev.proa.delivery;

import dev.proa.api.core.v1.Pod;
import java.util.List;

/** What is wrong with a pod, for those who follow it. */
public final class PodTroubles {
    private PodTroubles() {}

    /** Its problems, each in one line; none when there are none. */
    public static List<String> of(Pod pod) {
        return RolloutProblem.of(pod, List.of(pod)).stream()
                .map(RolloutProblem::brief)
                .toList();
    }
}
