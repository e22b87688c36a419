package dev.proa.server.resource.workload;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.validation.Defaulter;
import java.nio.charset.StandardCharsets;

/**
 * Horizontal pod autoscalers. Version 2 is stored; version 1 has only the target of the processors as a field, and carries what
 * else there is in annotations.
 */
final class AutoscalerStrategy extends ResourceStrategy {
    private static final String METRICS = "autoscaling.alpha.kubernetes.io/metrics";
    private static final String BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior";
    private static final String CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions";
    private static final String CURRENT_METRICS = "autoscaling.alpha.kubernetes.io/current-metrics";

    private final boolean first;

    AutoscalerStrategy(String version) {
        super(new Spec("autoscaling", version, "horizontalpodautoscalers", true)
                .status()
                .onCreate(autoscaler -> autoscaler.with("status", MapValue.of("desiredReplicas", 0L)))
                .defaults(version.equals("v1") ? WorkloadDefaults::autoscalerV1 : WorkloadDefaults::autoscalerV2)
                .validate(AutoscalerValidation::check));
        first = version.equals("v1");
    }

    @Override
    public MapValue toStorage(MapValue object) {
        if (!first) {
            return object;
        }
        MapValue annotations = object.map("metadata").map("annotations");
        MapValue result = object.with("apiVersion", "autoscaling/v2").withMap("spec", spec -> {
            ListValue metrics = list(annotations, METRICS);
            if (spec.get("targetCPUUtilizationPercentage") instanceof Long target) {
                metrics = metrics.plus(WorkloadDefaults.cpuMetric(target));
            }
            MapValue converted = spec.without("targetCPUUtilizationPercentage")
                    .with("metrics", metrics.isEmpty() ? ListValue.of(WorkloadDefaults.cpuMetric(80)) : metrics);
            return decoded(annotations, BEHAVIOR) instanceof MapValue behavior && !behavior.isEmpty()
                    ? converted.with("behavior", behavior)
                    : converted;
        });
        ListValue current = list(annotations, CURRENT_METRICS);
        ListValue conditions = list(annotations, CONDITIONS);
        if (object.has("status")) {
            result = result.withMap("status", status -> {
                MapValue converted = status.without("currentCPUUtilizationPercentage");
                converted = current.isEmpty() ? converted : converted.with("currentMetrics", current);
                return conditions.isEmpty() ? converted : converted.with("conditions", conditions);
            });
        }
        return result.withMap("metadata", meta -> {
            MapValue kept = annotations
                    .without(METRICS)
                    .without(BEHAVIOR)
                    .without(CONDITIONS)
                    .without(CURRENT_METRICS);
            return kept.isEmpty() ? meta.without("annotations") : meta.with("annotations", kept);
        });
    }

    @Override
    public MapValue fromStorage(MapValue stored) {
        if (!first) {
            return stored;
        }
        MapValue spec = stored.map("spec");
        MapValue status = stored.map("status");
        ListValue others = ListValue.EMPTY;
        Object target = null;
        for (int i = 0; i < spec.list("metrics").size(); i++) {
            MapValue metric = spec.list("metrics").map(i);
            Object utilization = metric.at("resource", "target", "averageUtilization");
            if ("cpu".equals(metric.at("resource", "name")) && utilization != null) {
                target = target == null ? utilization : target;
            } else {
                others = others.plus(metric);
            }
        }
        MapValue.Builder annotations = stored.map("metadata").map("annotations").toBuilder();
        put(annotations, METRICS, others);
        put(annotations, CURRENT_METRICS, status.list("currentMetrics"));
        put(annotations, CONDITIONS, status.list("conditions"));
        if (spec.get("behavior") instanceof MapValue behavior) {
            annotations.put(BEHAVIOR, Json.toString(behavior));
        }
        MapValue all = annotations.build();
        MapValue first = spec.without("metrics").without("behavior");
        MapValue firstStatus = status.without("currentMetrics").without("conditions");
        for (int i = 0; i < status.list("currentMetrics").size(); i++) {
            MapValue metric = status.list("currentMetrics").map(i);
            if ("cpu".equals(metric.at("resource", "name"))
                    && metric.at("resource", "current", "averageUtilization") instanceof Long current) {
                firstStatus = firstStatus.with("currentCPUUtilizationPercentage", current);
            }
        }
        MapValue result = stored.with("apiVersion", "autoscaling/v1")
                .with("spec", target == null ? first : first.with("targetCPUUtilizationPercentage", target))
                .with(
                        "status",
                        Defaulter.of(firstStatus).fill("currentReplicas", 0L).done());
        return all.isEmpty() ? result : result.withMap("metadata", meta -> meta.with("annotations", all));
    }

    private static void put(MapValue.Builder annotations, String name, ListValue list) {
        if (!list.isEmpty()) {
            annotations.put(name, Json.toString(list));
        }
    }

    private static ListValue list(MapValue annotations, String name) {
        return decoded(annotations, name) instanceof ListValue list ? list : ListValue.EMPTY;
    }

    /** What an annotation holds; users may write there what they like, and what is not JSON counts for nothing. */
    private static Object decoded(MapValue annotations, String name) {
        String text = annotations.string(name);
        if (text.isEmpty()) {
            return "";
        }
        try {
            Object value = Json.decode(text.getBytes(StandardCharsets.UTF_8));
            return value == null ? "" : value;
        } catch (DecodeException e) {
            return "";
        }
    }
}
