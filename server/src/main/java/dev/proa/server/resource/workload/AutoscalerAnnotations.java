package dev.proa.server.resource.workload;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The annotations in which {@code autoscaling/v1} carries what version 2 has fields for: JSON of metrics in the types of version 1, and of
 * the behavior in Go's names of Kubernetes' internal type.
 */
final class AutoscalerAnnotations {
    private static final String PREFIX = "autoscaling.alpha.kubernetes.io/";
    private static final String METRICS = PREFIX + "metrics";
    private static final String CURRENT_METRICS = PREFIX + "current-metrics";
    private static final String BEHAVIOR = PREFIX + "behavior";
    private static final String CONDITIONS = PREFIX + "conditions";
    private static final List<String> ALL = List.of(
            METRICS,
            CURRENT_METRICS,
            BEHAVIOR,
            CONDITIONS,
            PREFIX + "scale-down-tolerance",
            PREFIX + "scale-up-tolerance");

    /** Fields of the types in the annotations, in the order in which Go writes them. */
    private static final List<String> ORDER = List.of(
            "target",
            "kind",
            "metricName",
            "name",
            "apiVersion",
            "metricSelector",
            "targetAverageUtilization",
            "targetValue",
            "targetAverageValue",
            "currentAverageUtilization",
            "currentValue",
            "currentAverageValue",
            "container",
            "selector",
            "averageValue",
            "matchLabels",
            "matchExpressions",
            "key",
            "operator",
            "values",
            "type",
            "status",
            "lastTransitionTime",
            "reason",
            "message",
            "ScaleUp",
            "ScaleDown",
            "StabilizationWindowSeconds",
            "SelectPolicy",
            "Policies",
            "Type",
            "Value",
            "PeriodSeconds",
            "Tolerance");

    private AutoscalerAnnotations() {}

    /** Without these annotations: version 2 has fields instead, and version 1 what was made from them. */
    static MapValue drop(MapValue object) {
        MapValue annotations = object.map("metadata").map("annotations");
        MapValue kept = annotations;
        for (String name : ALL) {
            kept = kept.without(name);
        }
        MapValue left = kept;
        if (left.equals(annotations)) {
            return object;
        }
        return object.withMap(
                "metadata", meta -> left.isEmpty() ? meta.without("annotations") : meta.with("annotations", left));
    }

    /** Adds the annotations for what version 1 has no fields for. */
    static MapValue add(
            MapValue object,
            ListValue metrics,
            ListValue currentMetrics,
            @Nullable MapValue behavior,
            ListValue conditions) {
        MapValue.Builder annotations = object.map("metadata").map("annotations").toBuilder();
        if (!metrics.isEmpty()) {
            annotations.put(METRICS, text(each(metrics, FirstMetrics::fromSpec)));
        }
        if (!currentMetrics.isEmpty()) {
            annotations.put(CURRENT_METRICS, text(each(currentMetrics, FirstMetrics::fromStatus)));
        }
        if (behavior != null) {
            annotations.put(BEHAVIOR, text(goBehavior(behavior)));
        }
        if (!conditions.isEmpty()) {
            annotations.put(CONDITIONS, text(conditions));
        }
        MapValue all = annotations.build();
        return all.isEmpty() ? object : object.withMap("metadata", meta -> meta.with("annotations", all));
    }

    /** The metrics of the annotation, in version 2; empty when there is none that can be read. */
    static ListValue metrics(MapValue object) {
        return each(list(object, METRICS), FirstMetrics::toSpec);
    }

    /** The current metrics of the annotation, in version 2; null when there is none that can be read. */
    static @Nullable ListValue currentMetrics(MapValue object) {
        return decoded(object, CURRENT_METRICS) instanceof ListValue list ? each(list, FirstMetrics::toStatus) : null;
    }

    static ListValue conditions(MapValue object) {
        return list(object, CONDITIONS);
    }

    /** The behavior of the annotation; null when there is none that can be read. */
    static @Nullable MapValue behavior(MapValue object) {
        if (!(decoded(object, BEHAVIOR) instanceof MapValue found)) {
            return null;
        }
        MapValue behavior = (MapValue) jsonNames(found);
        return behavior.isEmpty() ? null : behavior;
    }

    private static ListValue each(ListValue items, UnaryOperator<MapValue> change) {
        ListValue changed = ListValue.EMPTY;
        for (int i = 0; i < items.size(); i++) {
            changed = changed.plus(change.apply(items.map(i)));
        }
        return changed;
    }

    private static String text(@Nullable Object value) {
        return switch (value) {
            case ListValue list ->
                list.stream().map(AutoscalerAnnotations::text).collect(Collectors.joining(",", "[", "]"));
            case MapValue map ->
                map.asMap().entrySet().stream()
                        .sorted(Comparator.comparingInt(entry -> place(entry.getKey())))
                        .map(entry -> Json.toString(entry.getKey()) + ":" + text(entry.getValue()))
                        .collect(Collectors.joining(",", "{", "}"));
            case null, default -> Json.toString(value);
        };
    }

    private static int place(String name) {
        int place = ORDER.indexOf(name);
        return place < 0 ? ORDER.size() : place;
    }

    private static MapValue goBehavior(MapValue behavior) {
        return MapValue.of(
                "ScaleUp", goRules(behavior.get("scaleUp")), "ScaleDown", goRules(behavior.get("scaleDown")));
    }

    private static @Nullable MapValue goRules(@Nullable Object value) {
        if (!(value instanceof MapValue rules)) {
            return null;
        }
        ListValue policies = each(
                rules.list("policies"),
                policy -> MapValue.of(
                        "Type",
                        policy.string("type"),
                        "Value",
                        policy.integer("value", 0),
                        "PeriodSeconds",
                        policy.integer("periodSeconds", 0)));
        return MapValue.of(
                "StabilizationWindowSeconds",
                rules.get("stabilizationWindowSeconds"),
                "SelectPolicy",
                rules.get("selectPolicy"),
                "Policies",
                rules.has("policies") ? policies : null,
                "Tolerance",
                rules.get("tolerance"));
    }

    /** With names that begin in lower case, and without nulls. */
    private static Object jsonNames(Object value) {
        if (value instanceof ListValue list) {
            ListValue changed = ListValue.EMPTY;
            for (Object item : list) {
                changed = item == null ? changed : changed.plus(jsonNames(item));
            }
            return changed;
        }
        if (!(value instanceof MapValue map)) {
            return value;
        }
        MapValue.Builder builder = MapValue.builder(map.size());
        map.forEach(entry -> {
            Object field = entry.getValue();
            String name = entry.getKey();
            if (field != null && !name.isEmpty()) {
                builder.put(name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1), jsonNames(field));
            }
        });
        return builder.build();
    }

    private static ListValue list(MapValue object, String name) {
        return decoded(object, name) instanceof ListValue list ? list : ListValue.EMPTY;
    }

    /** What an annotation holds; users may write there what they like, and what is not JSON counts for nothing. */
    private static @Nullable Object decoded(MapValue object, String name) {
        String text = object.map("metadata").map("annotations").string(name);
        if (text.isEmpty()) {
            return null;
        }
        try {
            return Json.decode(text.getBytes(StandardCharsets.UTF_8));
        } catch (DecodeException e) {
            return null;
        }
    }
}
