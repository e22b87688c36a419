package dev.proa.control.autoscaling;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.control.shared.Pods;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The pods of a workload by what their metrics are worth. Pods that end count for nothing.
 *
 * @param values of the pods that count, in thousandths, by the pods' names; also of pods that only the metrics name
 * @param ready how many pods are up and have a metric
 * @param unready pods that are starting, so that their metrics say nothing yet
 * @param missing pods that run and have no metric
 */
record PodGroups(Map<String, Long> values, int ready, Set<String> unready, Set<String> missing) {
    /** @param ofProcessors whether the metric is the use of processors, which is high while a pod starts */
    static PodGroups of(
            List<Pod> pods,
            Map<String, PodMetric> metrics,
            boolean ofProcessors,
            AutoscalerConfig config,
            Instant now) {
        Map<String, Long> values = new HashMap<>();
        metrics.forEach((pod, metric) -> values.put(pod, metric.milliValue()));
        Set<String> unready = new HashSet<>();
        Set<String> missing = new HashSet<>();
        int ready = 0;
        for (Pod pod : pods) {
            String phase = Pods.phase(pod);
            PodMetric metric = metrics.get(pod.name());
            if (pod.isDeleting() || phase.equals("Failed")) {
                values.remove(pod.name());
            } else if (phase.equals("Pending")) {
                unready.add(pod.name());
            } else if (metric == null) {
                missing.add(pod.name());
            } else if (ofProcessors && isStarting(pod, metric, config, now)) {
                unready.add(pod.name());
            } else {
                ready++;
            }
        }
        values.keySet().removeAll(unready);
        return new PodGroups(values, ready, unready, missing);
    }

    private static boolean isStarting(Pod pod, PodMetric metric, AutoscalerConfig config, Instant now) {
        MapValue condition = Pods.condition(pod, "Ready");
        Instant start = Times.parse(pod.value().map("status").get("startTime"));
        if (condition == null || start == null) {
            return true;
        }
        boolean unready = condition.string("status").equals("False");
        Instant since = Times.parse(condition.get("lastTransitionTime"));
        if (start.plus(config.cpuInitializationPeriod()).isAfter(now)) {
            return unready || since != null && metric.timestamp().isBefore(since.plus(metric.window()));
        }
        return unready && start.plus(config.initialReadinessDelay()).isAfter(since == null ? Instant.MIN : since);
    }
}
