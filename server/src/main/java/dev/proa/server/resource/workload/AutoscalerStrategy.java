package dev.proa.server.resource.workload;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.strategy.Strategy;
import dev.proa.server.validation.Defaulter;

/**
 * Horizontal pod autoscalers. Version 2 is stored; version 1 has only the target of the processors as a field, and carries what
 * else there is in {@linkplain AutoscalerAnnotations annotations}.
 */
final class AutoscalerStrategy extends ResourceStrategy {
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
            return AutoscalerAnnotations.drop(object);
        }
        MapValue result = object.with("apiVersion", "autoscaling/v2").withMap("spec", spec -> {
            ListValue metrics = AutoscalerAnnotations.metrics(object);
            if (spec.get("targetCPUUtilizationPercentage") instanceof Long target) {
                metrics = metrics.plus(WorkloadDefaults.cpuMetric(target));
            }
            MapValue converted = spec.without("targetCPUUtilizationPercentage")
                    .with("metrics", metrics.isEmpty() ? ListValue.of(WorkloadDefaults.cpuMetric(80)) : metrics);
            MapValue behavior = AutoscalerAnnotations.behavior(object);
            return behavior == null ? converted : converted.with("behavior", behavior);
        });
        if (object.has("status")) {
            result = result.withMap("status", status -> statusToStorage(object, status));
        }
        return AutoscalerAnnotations.drop(result);
    }

    /** What the annotation says of the behavior is validated as it is, and gets the defaults of version 2 when it is stored. */
    @Override
    public MapValue written(MapValue object) {
        return WorkloadDefaults.autoscalerV2(object);
    }

    @Override
    public MapValue readFrom(Strategy other, MapValue object) {
        return object;
    }

    private static MapValue statusToStorage(MapValue object, MapValue status) {
        MapValue converted = status.without("currentCPUUtilizationPercentage");
        ListValue current = AutoscalerAnnotations.currentMetrics(object);
        if (current == null && status.get("currentCPUUtilizationPercentage") instanceof Long utilization) {
            current = ListValue.of(MapValue.of(
                    "type",
                    "Resource",
                    "resource",
                    MapValue.of("name", "cpu", "current", MapValue.of("averageUtilization", utilization))));
        }
        if (current != null && !current.isEmpty()) {
            converted = converted.with("currentMetrics", current);
        }
        ListValue conditions = AutoscalerAnnotations.conditions(object);
        return conditions.isEmpty() ? converted : converted.with("conditions", conditions);
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
        MapValue firstSpec = spec.without("metrics").without("behavior");
        MapValue result = stored.with("apiVersion", "autoscaling/v1")
                .with("spec", target == null ? firstSpec : firstSpec.with("targetCPUUtilizationPercentage", target))
                .with("status", statusFromStorage(status));
        return AutoscalerAnnotations.add(
                AutoscalerAnnotations.drop(result),
                others,
                status.list("currentMetrics"),
                spec.get("behavior") instanceof MapValue behavior ? behavior : null,
                status.list("conditions"));
    }

    private static MapValue statusFromStorage(MapValue status) {
        MapValue converted = status.without("currentMetrics").without("conditions");
        for (int i = 0; i < status.list("currentMetrics").size(); i++) {
            MapValue metric = status.list("currentMetrics").map(i);
            if ("cpu".equals(metric.at("resource", "name"))
                    && metric.at("resource", "current", "averageUtilization") instanceof Long current) {
                converted = converted.with("currentCPUUtilizationPercentage", current);
            }
        }
        return Defaulter.of(converted).fill("currentReplicas", 0L).done();
    }
}
