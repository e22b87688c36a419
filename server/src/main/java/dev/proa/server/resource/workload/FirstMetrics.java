package dev.proa.server.resource.workload;

import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of autoscalers in the types of {@code autoscaling/v1}, which are only found in annotations, and in those of version 2, where a
 * target has a type. Pure.
 */
final class FirstMetrics {
    private FirstMetrics() {}

    /** From version 2 to version 1. */
    static MapValue fromSpec(MapValue spec) {
        return eachSource(spec, FirstMetrics::fromSource);
    }

    /** From version 1 to version 2. */
    static MapValue toSpec(MapValue spec) {
        return eachSource(spec, FirstMetrics::toSource);
    }

    static MapValue fromStatus(MapValue status) {
        return eachSource(status, FirstMetrics::fromCurrent);
    }

    static MapValue toStatus(MapValue status) {
        return eachSource(status, FirstMetrics::toCurrent);
    }

    private interface Change {
        MapValue of(String kind, MapValue source);
    }

    private static MapValue eachSource(MapValue metric, Change change) {
        MapValue.Builder changed = MapValue.builder(2).put("type", metric.string("type"));
        for (String kind : new String[] {"object", "pods", "resource", "containerResource", "external"}) {
            if (metric.get(kind) instanceof MapValue source) {
                changed.put(kind, change.of(kind, source));
            }
        }
        return changed.build();
    }

    private static MapValue fromSource(String kind, MapValue source) {
        MapValue target = source.map("target");
        Object value = target.get("value");
        Object average = target.get("averageValue");
        MapValue.Builder first = MapValue.builder(6);
        switch (kind) {
            case "object" -> {
                first.put("target", source.map("describedObject"));
                name(first, source);
                first.put("targetValue", orZero(value));
                first.putIfPresent("selector", source.map("metric").get("selector"));
                first.putIfPresent("averageValue", average);
            }
            case "pods" -> {
                name(first, source);
                first.put("targetAverageValue", orZero(average));
                first.putIfPresent("selector", source.map("metric").get("selector"));
            }
            case "external" -> {
                name(first, source);
                first.putIfPresent("metricSelector", source.map("metric").get("selector"));
                first.putIfPresent("targetValue", value);
                first.putIfPresent("targetAverageValue", average);
            }
            default -> {
                first.put("name", source.string("name"));
                first.putIfPresent("targetAverageUtilization", target.get("averageUtilization"));
                first.putIfPresent("targetAverageValue", average);
                first.putIfPresent("container", source.get("container"));
            }
        }
        return first.build();
    }

    private static MapValue toSource(String kind, MapValue first) {
        MapValue.Builder target = MapValue.builder(3);
        MapValue.Builder source = MapValue.builder(3);
        switch (kind) {
            case "object" -> {
                Object average = first.get("averageValue");
                Object value = first.get("targetValue");
                target.put("type", average == null ? "Value" : "AverageValue");
                target.putIfPresent("value", average != null && "0".equals(value) ? null : value);
                target.putIfPresent("averageValue", average);
                source.put("describedObject", first.map("target")).put("metric", metric(first, "selector"));
            }
            case "pods" -> {
                target.put("type", "AverageValue").put("averageValue", orZero(first.get("targetAverageValue")));
                source.put("metric", metric(first, "selector"));
            }
            case "external" -> {
                target.put("type", first.has("targetValue") ? "Value" : "AverageValue");
                target.putIfPresent("value", first.get("targetValue"));
                target.putIfPresent("averageValue", first.get("targetAverageValue"));
                source.put("metric", metric(first, "metricSelector"));
            }
            default -> {
                Object utilization = first.get("targetAverageUtilization");
                target.put("type", utilization == null ? "AverageValue" : "Utilization");
                target.putIfPresent("averageValue", first.get("targetAverageValue"));
                target.putIfPresent("averageUtilization", utilization);
                source.put("name", first.string("name"));
                source.putIfPresent("container", first.get("container"));
            }
        }
        return source.put("target", target.build()).build();
    }

    private static MapValue fromCurrent(String kind, MapValue status) {
        MapValue current = status.map("current");
        Object value = current.get("value");
        Object average = current.get("averageValue");
        MapValue.Builder first = MapValue.builder(6);
        switch (kind) {
            case "object" -> {
                first.put("target", status.map("describedObject"));
                name(first, status);
                first.put("currentValue", orZero(value));
                first.putIfPresent("selector", status.map("metric").get("selector"));
                first.putIfPresent("averageValue", average);
            }
            case "pods" -> {
                name(first, status);
                first.put("currentAverageValue", orZero(average));
                first.putIfPresent("selector", status.map("metric").get("selector"));
            }
            case "external" -> {
                name(first, status);
                first.putIfPresent("metricSelector", status.map("metric").get("selector"));
                first.put("currentValue", orZero(value));
                first.putIfPresent("currentAverageValue", average);
            }
            default -> {
                first.put("name", status.string("name"));
                first.putIfPresent("currentAverageUtilization", current.get("averageUtilization"));
                first.put("currentAverageValue", orZero(average));
                first.putIfPresent("container", status.get("container"));
            }
        }
        return first.build();
    }

    private static MapValue toCurrent(String kind, MapValue first) {
        MapValue.Builder current = MapValue.builder(3);
        MapValue.Builder status = MapValue.builder(3);
        switch (kind) {
            case "object" -> {
                current.put("value", orZero(first.get("currentValue")));
                current.putIfPresent("averageValue", first.get("averageValue"));
                status.put("describedObject", first.map("target")).put("metric", metric(first, "selector"));
            }
            case "pods" -> {
                current.put("averageValue", orZero(first.get("currentAverageValue")));
                status.put("metric", metric(first, "selector"));
            }
            case "external" -> {
                current.put("value", orZero(first.get("currentValue")));
                current.putIfPresent("averageValue", first.get("currentAverageValue"));
                status.put("metric", metric(first, "metricSelector"));
            }
            default -> {
                current.put("averageValue", orZero(first.get("currentAverageValue")));
                current.putIfPresent("averageUtilization", first.get("currentAverageUtilization"));
                status.put("name", first.string("name"));
                status.putIfPresent("container", first.get("container"));
            }
        }
        return status.put("current", current.build()).build();
    }

    private static void name(MapValue.Builder first, MapValue source) {
        first.put("metricName", source.map("metric").string("name"));
    }

    private static MapValue metric(MapValue first, String selector) {
        MapValue.Builder metric = MapValue.builder(2).put("name", first.string("metricName"));
        return metric.putIfPresent("selector", first.get(selector)).build();
    }

    private static Object orZero(@Nullable Object quantity) {
        return quantity == null ? "0" : quantity;
    }
}
