package dev.proa.control.autoscaling;

import dev.proa.api.core.v1.Pod;
import dev.proa.control.shared.Pods;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes how many replicas a metric calls for. Pure.
 *
 * <p>Metrics and targets are in thousandths. A number of replicas that an int cannot hold is the largest int.
 *
 * @param pods the pods of the workload
 * @param current how many replicas the workload is to have now
 */
record ReplicaCalculator(List<Pod> pods, int current, Tolerances tolerances, AutoscalerConfig config, Instant now) {
    /**
     * @param replicas that the metric calls for
     * @param usage what the metric is now, in thousandths: the average of a pod, or the whole
     * @param utilization {@code usage} in percent of what the pods request; 0 when the target is no percentage
     */
    record Proposal(int replicas, long usage, int utilization) {}

    /** What pods use, held against a target. */
    private interface Target {
        Measured measure(Map<String, Long> values);

        /** What a pod without a metric is taken to use when the others call for fewer replicas. */
        long assumed(String pod);
    }

    private record Measured(double ratio, long usage, int utilization) {}

    /**
     * For a percentage of what the pods request.
     *
     * @param container the container that counts; empty for all
     */
    Proposal ofUtilization(Map<String, PodMetric> metrics, int target, String resource, String container) {
        PodGroups groups = groups(metrics, resource.equals("cpu"));
        Map<String, Long> requests = RequestedAmounts.of(pods, resource, container);
        return proposal(groups, new Target() {
            @Override
            public Measured measure(Map<String, Long> values) {
                long used = 0;
                long requested = 0;
                int counted = 0;
                for (Map.Entry<String, Long> value : values.entrySet()) {
                    Long request = requests.get(value.getKey());
                    if (request != null) {
                        used += value.getValue();
                        requested += request;
                        counted++;
                    }
                }
                if (requested == 0) {
                    throw new MetricException("no metrics returned matched known pods");
                }
                int utilization = (int) (used * 100 / requested);
                return new Measured((double) utilization / target, used / counted, utilization);
            }

            @Override
            public long assumed(String pod) {
                Long request = requests.get(pod);
                return request == null ? 0 : request * Math.max(100, target) / 100;
            }
        });
    }

    /** For an amount that each pod uses on average. {@code resource} is empty for metrics that are no resource. */
    Proposal ofAverage(Map<String, PodMetric> metrics, long target, String resource) {
        return proposal(groups(metrics, resource.equals("cpu")), new Target() {
            @Override
            public Measured measure(Map<String, Long> values) {
                long used = 0;
                for (long value : values.values()) {
                    used += value;
                }
                long average = used / values.size();
                return new Measured((double) average / target, average, 0);
            }

            @Override
            public long assumed(String pod) {
                return target;
            }
        });
    }

    private PodGroups groups(Map<String, PodMetric> metrics, boolean ofProcessors) {
        requirePods();
        PodGroups groups = PodGroups.of(pods, metrics, ofProcessors, config, now);
        if (groups.values().isEmpty()) {
            throw new MetricException("did not receive metrics for targeted pods (pods might be unready)");
        }
        return groups;
    }

    private void requirePods() {
        if (pods.isEmpty()) {
            throw new MetricException("no pods returned by selector while calculating replica count");
        }
    }

    /**
     * What the metrics of the pods that are up call for. Pods of which nothing is known damp it: they are taken to use what is safe,
     * and never turn the direction around.
     */
    private Proposal proposal(PodGroups groups, Target target) {
        Measured measured = target.measure(groups.values());
        double ratio = measured.ratio();
        boolean upWithUnready = !groups.unready().isEmpty() && ratio > 1;
        if (!upWithUnready && groups.missing().isEmpty()) {
            return proposal(tolerances.contain(ratio) ? current : ceiling(ratio * groups.ready()), measured);
        }
        Map<String, Long> values = new HashMap<>(groups.values());
        for (String pod : groups.missing()) {
            if (ratio < 1) {
                values.put(pod, target.assumed(pod));
            } else if (ratio > 1) {
                values.put(pod, 0L);
            }
        }
        if (upWithUnready) {
            groups.unready().forEach(pod -> values.put(pod, 0L));
        }
        double damped = target.measure(values).ratio();
        if (tolerances.contain(damped) || ratio < 1 && damped > 1 || ratio > 1 && damped < 1) {
            return proposal(current, measured);
        }
        int replicas = ceiling(damped * values.size());
        boolean turned = damped < 1 && replicas > current || damped > 1 && replicas < current;
        return proposal(turned ? current : replicas, measured);
    }

    private static Proposal proposal(int replicas, Measured measured) {
        return new Proposal(replicas, measured.usage(), measured.utilization());
    }

    /** For one value that does not depend on the number of replicas, such as the requests a second of an ingress. */
    Proposal ofValue(long usage, long target) {
        double ratio = (double) usage / target;
        if (current == 0) {
            return new Proposal(ceiling(ratio), usage, 0);
        }
        if (tolerances.contain(ratio)) {
            return new Proposal(current, usage, 0);
        }
        requirePods();
        long ready = pods.stream()
                .filter(pod -> Pods.phase(pod).equals("Running") && Pods.isReady(pod))
                .count();
        return new Proposal(ceiling(ratio * ready), usage, 0);
    }

    /**
     * For a value that all pods share.
     *
     * @param existing how many replicas there are
     */
    Proposal ofSharedValue(long usage, long targetPerPod, int existing) {
        double ratio = usage / ((double) targetPerPod * existing);
        int replicas = tolerances.contain(ratio) ? existing : ceiling((double) usage / targetPerPod);
        boolean divisible = existing > 0 && usage < Long.MAX_VALUE;
        return new Proposal(replicas, divisible ? (long) Math.ceil((double) usage / existing) : usage, 0);
    }

    /** The sum of {@code values}, or the largest number when that is more. */
    static long sum(List<Long> values) {
        long sum = 0;
        for (long value : values) {
            if (value > 0 && sum > Long.MAX_VALUE - value) {
                return Long.MAX_VALUE;
            }
            sum += value;
        }
        return sum;
    }

    private static int ceiling(double replicas) {
        return (int) Math.ceil(replicas);
    }
}
