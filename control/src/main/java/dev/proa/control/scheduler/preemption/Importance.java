package dev.proa.control.scheduler.preemption;

import dev.proa.api.value.Times;
import dev.proa.control.scheduler.framework.PodInfo;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * How important pods are beside each other: by their priority, then by how long they run.
 *
 * @param now when pods that have not started are taken to have started
 */
public record Importance(Instant now) {
    /** The most important pod first. */
    public Comparator<PodInfo> order() {
        return Comparator.comparingInt(PodInfo::priority).reversed().thenComparing(this::start);
    }

    /** When the first of the pods with the highest priority has started. */
    Instant earliestStart(List<PodInfo> pods) {
        int highest = pods.stream().mapToInt(PodInfo::priority).max().orElse(0);
        return pods.stream()
                .filter(pod -> pod.priority() == highest)
                .map(this::start)
                .min(Comparator.naturalOrder())
                .orElse(now);
    }

    private Instant start(PodInfo info) {
        Instant started = Times.parse(info.pod().value().map("status").get("startTime"));
        return started == null ? now : started;
    }
}
