package dev.proa.control.autoscaling;

import dev.proa.api.autoscaling.v2.CrossVersionObjectReference;
import dev.proa.api.selector.LabelSelector;
import java.util.List;
import java.util.Map;

/**
 * Where the values of metrics come from: {@code metrics.k8s.io}, {@code custom.metrics.k8s.io} and {@code external.metrics.k8s.io}.
 * Values are in thousandths. All methods block, may be called from any thread, and throw {@link MetricException} when there is
 * no value.
 */
interface MetricsSource {
    /**
     * How much of a resource pods use, by their names.
     *
     * @param container the container that counts; empty for the sum of all
     */
    Map<String, PodMetric> resource(String resource, String namespace, LabelSelector pods, String container);

    /** A metric of pods, by their names. */
    Map<String, PodMetric> pods(String metric, String namespace, LabelSelector pods, LabelSelector metrics);

    /** A metric of an object. */
    long object(String metric, String namespace, CrossVersionObjectReference object, LabelSelector metrics);

    /** The values of a metric of something outside of the cluster; at least one. */
    List<Long> external(String metric, String namespace, LabelSelector metrics);
}
