package dev.proa.cluster.metrics;

import java.util.Map;

/**
 * What was measured in one round.
 *
 * @param nodes by name
 * @param pods the containers of each, by name
 */
record MetricsBatch(Map<String, MetricsPoint> nodes, Map<PodName, Map<String, MetricsPoint>> pods) {
    MetricsBatch {
        nodes = Map.copyOf(nodes);
        pods = Map.copyOf(pods);
    }

    /** The name of a pod. */
    record PodName(String namespace, String name) {}
}
