package dev.proa.server.resource.workload;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.resource.pod.PersistentVolumeDefaults;
import dev.proa.server.resource.pod.PodDefaults;
import dev.proa.server.validation.Defaulter;
import dev.proa.server.validation.Values;
import org.jspecify.annotations.Nullable;

/** Defaults of the groups {@code apps}, {@code batch} and {@code autoscaling}, and of replication controllers. */
final class WorkloadDefaults {
    private WorkloadDefaults() {}

    static MapValue deployment(MapValue deployment) {
        return deployment.withMap(
                "spec",
                spec -> PodDefaults.inSpec(Defaulter.of(spec)
                                .fill("replicas", 1L)
                                .fill("revisionHistoryLimit", 10L)
                                .fill("progressDeadlineSeconds", 600L)
                                .done())
                        .withMap("strategy", strategy -> rollingUpdate(strategy, "25%", "25%")));
    }

    static MapValue daemonSet(MapValue daemonSet) {
        return daemonSet.withMap(
                "spec",
                spec -> PodDefaults.inSpec(Defaulter.of(spec)
                                .fill("revisionHistoryLimit", 10L)
                                .done())
                        .withMap("updateStrategy", strategy -> rollingUpdate(strategy, 1L, 0L)));
    }

    private static MapValue rollingUpdate(MapValue strategy, Object maxUnavailable, Object maxSurge) {
        MapValue filled = Defaulter.of(strategy).fill("type", "RollingUpdate").done();
        return filled.string("type").equals("RollingUpdate")
                ? filled.withMap(
                        "rollingUpdate",
                        update -> Defaulter.of(update)
                                .fillAbsent("maxUnavailable", maxUnavailable)
                                .fillAbsent("maxSurge", maxSurge)
                                .done())
                : filled;
    }

    static MapValue statefulSet(MapValue statefulSet) {
        return statefulSet.withMap("spec", spec -> {
            MapValue filled = PodDefaults.inSpec(Defaulter.of(spec)
                            .fill("replicas", 1L)
                            .fill("revisionHistoryLimit", 10L)
                            .fill("podManagementPolicy", "OrderedReady")
                            .done())
                    .withMap("updateStrategy", WorkloadDefaults::statefulSetUpdate)
                    .withMap(
                            "persistentVolumeClaimRetentionPolicy",
                            policy -> Defaulter.of(policy)
                                    .fill("whenDeleted", "Retain")
                                    .fill("whenScaled", "Retain")
                                    .done());
            return Values.withEach(filled, "volumeClaimTemplates", PersistentVolumeDefaults::claimTemplate);
        });
    }

    private static MapValue statefulSetUpdate(MapValue strategy) {
        MapValue filled = strategy;
        if (strategy.string("type").isEmpty()) {
            filled = strategy.with("type", "RollingUpdate").withMap("rollingUpdate", update -> update);
        }
        return filled.string("type").equals("RollingUpdate")
                ? Values.withIfPresent(
                        filled,
                        "rollingUpdate",
                        update -> Defaulter.of(update).fill("partition", 0L).done())
                : filled;
    }

    static MapValue replicaSet(MapValue replicaSet) {
        return replicaSet.withMap(
                "spec",
                spec -> PodDefaults.inSpec(
                        Defaulter.of(spec).fill("replicas", 1L).done()));
    }

    static MapValue replicationController(MapValue controller) {
        MapValue filled = controller.withMap("spec", spec -> {
            MapValue result = Defaulter.of(spec).fill("replicas", 1L).done();
            return Values.withIfPresent(result, "template", PodDefaults::template);
        });
        if (filled.at("spec", "template", "metadata", "labels") instanceof MapValue labels && !labels.isEmpty()) {
            if (filled.map("spec").map("selector").isEmpty()) {
                filled = filled.withMap("spec", spec -> spec.with("selector", labels));
            }
            filled = labelledAs(filled, labels);
        }
        return filled;
    }

    static MapValue job(MapValue job) {
        MapValue filled = job.withMap("spec", WorkloadDefaults::jobSpec);
        return filled.at("spec", "template", "metadata", "labels") instanceof MapValue labels
                ? labelledAs(filled, labels)
                : filled;
    }

    private static MapValue labelledAs(MapValue object, MapValue labels) {
        return object.map("metadata").map("labels").isEmpty() && !labels.isEmpty()
                ? object.withMap("metadata", meta -> meta.with("labels", labels))
                : object;
    }

    private static MapValue jobSpec(MapValue spec) {
        Defaulter defaulter = Defaulter.of(spec);
        if (spec.get("completions") == null && spec.get("parallelism") == null) {
            defaulter.fill("completions", 1L);
        }
        defaulter
                .fill("parallelism", 1L)
                .fill("backoffLimit", spec.get("backoffLimitPerIndex") != null ? (long) Integer.MAX_VALUE : 6L)
                .fillAbsent("completionMode", "NonIndexed")
                .fill("suspend", false)
                .fill("manualSelector", false)
                .fillAbsent(
                        "podReplacementPolicy",
                        spec.get("podFailurePolicy") != null ? "Failed" : "TerminatingOrFailed");
        MapValue filled = Values.withIfPresent(
                defaulter.done(),
                "podFailurePolicy",
                policy -> Values.withEach(
                        policy,
                        "rules",
                        rule -> Values.withEach(
                                rule,
                                "onPodConditions",
                                condition -> Defaulter.of(condition)
                                        .fill("status", "True")
                                        .done())));
        return PodDefaults.inSpec(filled);
    }

    static MapValue cronJob(MapValue cronJob) {
        return cronJob.withMap(
                "spec",
                spec -> Defaulter.of(spec)
                        .fill("concurrencyPolicy", "Allow")
                        .fill("suspend", false)
                        .fill("successfulJobsHistoryLimit", 3L)
                        .fill("failedJobsHistoryLimit", 1L)
                        .done()
                        .withMap(
                                "jobTemplate",
                                template -> (template.has("metadata")
                                                ? template
                                                : template.with("metadata", MapValue.EMPTY))
                                        // The job controller's own defaults come when the job is made of the template.
                                        .withMap("spec", PodDefaults::inSpec)));
    }

    static MapValue autoscalerV1(MapValue autoscaler) {
        return autoscaler.withMap(
                "spec", spec -> Defaulter.of(spec).fill("minReplicas", 1L).done());
    }

    static MapValue autoscalerV2(MapValue autoscaler) {
        return autoscaler.withMap("spec", spec -> {
            Defaulter defaulter = Defaulter.of(spec).fill("minReplicas", 1L);
            if (spec.list("metrics").isEmpty()) {
                defaulter.set("metrics", ListValue.of(cpuMetric(80)));
            }
            return Values.withIfPresent(
                    defaulter.done(),
                    "behavior",
                    behavior -> behavior.withMap(
                                    "scaleUp",
                                    rules -> Defaulter.of(scalingRules(
                                                    rules, ListValue.of(policy("Pods", 4), policy("Percent", 100))))
                                            .fill("stabilizationWindowSeconds", 0L)
                                            .done())
                            .withMap("scaleDown", rules -> scalingRules(rules, ListValue.of(policy("Percent", 100)))));
        });
    }

    /** The metric of an autoscaler that names none. */
    static MapValue cpuMetric(long utilization) {
        return MapValue.of(
                "type",
                "Resource",
                "resource",
                MapValue.of(
                        "name",
                        "cpu",
                        "target",
                        MapValue.of("type", "Utilization", "averageUtilization", utilization)));
    }

    private static MapValue scalingRules(MapValue rules, ListValue policies) {
        return Defaulter.of(rules)
                .fillAbsent("selectPolicy", "Max")
                .fill("policies", policies)
                .done();
    }

    private static MapValue policy(String type, long value) {
        return MapValue.of("type", type, "value", value, "periodSeconds", 15L);
    }

    /** Stateful sets are updated one pod at a time: another number is a feature that is off. */
    static MapValue withoutMaxUnavailable(MapValue set, @Nullable MapValue old) {
        return old != null && hasMaxUnavailable(old) || !hasMaxUnavailable(set)
                ? set
                : set.withMap(
                        "spec",
                        spec -> spec.withMap(
                                "updateStrategy",
                                strategy -> strategy.withMap(
                                        "rollingUpdate", rolling -> rolling.without("maxUnavailable"))));
    }

    private static boolean hasMaxUnavailable(MapValue set) {
        return set.map("spec").map("updateStrategy").map("rollingUpdate").has("maxUnavailable");
    }
}
