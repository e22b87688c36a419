package dev.proa.server.resource.workload;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.NameRule;
import dev.proa.server.validation.ResourceNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Validates horizontal pod autoscalers, as they are stored. */
final class AutoscalerValidation {
    /** What a metric may come from, in the order in which Kubernetes looks: the first one there is checked. */
    private static final List<String> SOURCES = List.of("object", "external", "pods", "resource", "containerResource");

    private static final String[] TYPES = {"ContainerResource", "External", "Object", "Pods", "Resource"};

    private AutoscalerValidation() {}

    static void check(MapValue autoscaler, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(autoscaler, "spec", errors);
        long min = spec.map.integer("minReplicas", 1);
        long max = spec.number("maxReplicas");
        if (min < 1) {
            spec.invalid("minReplicas", "must be greater than or equal to 1");
        }
        if (max == 0) {
            errors.required(spec.at("maxReplicas"), "must be set and greater than 0");
        } else if (max < 1) {
            spec.invalid("maxReplicas", "must be greater than or equal to 1");
        }
        if (max < min) {
            errors.invalid(spec.at("maxReplicas"), max, "must be greater than or equal to `minReplicas`");
        }
        Fields target = spec.in("scaleTargetRef");
        MapValue before = old == null ? MapValue.EMPTY : old.map("spec").map("scaleTargetRef");
        boolean same = old != null
                && before.string("apiVersion").equals(target.text("apiVersion"))
                && before.string("kind").equals(target.text("kind"));
        boolean controller =
                target.text("apiVersion").equals("v1") && target.text("kind").equals("ReplicationController");
        reference(target, !same, controller);
        spec.each("metrics", AutoscalerValidation::metric);
        boolean scalable = spec.map.list("metrics").stream()
                .anyMatch(metric -> metric instanceof MapValue map
                        && (map.string("type").equals("Object")
                                || map.string("type").equals("External")));
        if (min == 0 && !scalable) {
            spec.forbidden(
                    "metrics",
                    "must specify at least one Object or External metric to support scaling to zero replicas");
        }
        spec.in("behavior").in("scaleUp", AutoscalerValidation::rules);
        spec.in("behavior").in("scaleDown", AutoscalerValidation::rules);
    }

    private static void reference(Fields ref, boolean checkVersion, boolean anyGroup) {
        ref.requiredForm("kind", kind -> NameRule.pathSegment(kind, false));
        ref.requiredForm("name", name -> NameRule.pathSegment(name, false));
        String version = ref.text("apiVersion");
        int slash = version.indexOf('/');
        if (!checkVersion) {
            return;
        }
        if (slash != version.lastIndexOf('/')) {
            ref.errors.invalid(ref.at("apiVersion"), version, "unexpected GroupVersion string: " + version);
        } else if (slash <= 0 && !anyGroup) {
            ref.errors.invalid(ref.at("apiVersion"), version, "apiVersion must specify API group");
        }
    }

    private static void metric(Fields metric) {
        if (metric.required("type", "must specify a metric source type")) {
            metric.oneOf("type", TYPES);
        } else {
            metric.oneOf("type", TYPES);
        }
        List<String> present =
                new ArrayList<>(SOURCES.stream().filter(metric::has).toList());
        if (!present.isEmpty()) {
            source(metric.in(present.getFirst()), present.getFirst());
        }
        String type = metric.text("type");
        String expected = type.isEmpty() ? "" : Character.toLowerCase(type.charAt(0)) + type.substring(1);
        if (!SOURCES.contains(expected)) {
            metric.oneOf("type", TYPES);
            expected = "";
        } else if (!metric.has(expected)) {
            metric.errors.required(metric.at(expected), "must populate information for the given metric source");
        }
        if (present.size() != 1) {
            present.remove(expected);
            for (String other : present) {
                metric.forbidden(other, "must populate the given metric source only");
            }
        }
    }

    private static void source(Fields source, String kind) {
        Fields target = source.in("target");
        switch (kind) {
            case "object" -> {
                reference(source.in("describedObject"), true, true);
                identifier(source.in("metric"));
                target(target);
                if (!target.has("value") && !target.has("averageValue")) {
                    target.errors.required(target.at("averageValue"), "must set either a target value or averageValue");
                }
            }
            case "external" -> {
                identifier(source.in("metric"));
                target(target);
                if (!target.has("value") && !target.has("averageValue")) {
                    target.errors.required(
                            target.at("averageValue"), "must set either a target value for metric or a per-pod target");
                } else if (target.has("value") && target.has("averageValue")) {
                    target.forbidden("value", "may not set both a target value for metric and a per-pod target");
                }
            }
            case "pods" -> {
                identifier(source.in("metric"));
                target(target);
                if (!target.has("averageValue")) {
                    target.errors.required(target.at("averageValue"), "must specify a positive target averageValue");
                }
            }
            default -> resource(source, kind.equals("containerResource"));
        }
    }

    private static void resource(Fields source, boolean container) {
        if (source.required("name", "must specify a resource name") && container) {
            ResourceNames.container(source.text("name"), source.at("name"), source.errors);
        }
        if (container && source.required("container", "must specify a container")) {
            source.form("container", Formats::dnsLabel);
        }
        Fields target = source.in("target");
        target(target);
        if (!target.has("averageUtilization") && !target.has("averageValue")) {
            target.errors.required(
                    target.at("averageUtilization"), "must set either a target raw value or a target utilization");
        } else if (target.has("averageUtilization") && target.has("averageValue")) {
            target.forbidden("averageValue", "may not set both a target raw value and a target utilization");
        }
    }

    private static void identifier(Fields metric) {
        if (metric.required("name", "must specify a metric name")) {
            metric.form("name", name -> NameRule.pathSegment(name, false));
        }
    }

    private static void target(Fields target) {
        String type = target.text("type");
        target.required("type", "must specify a metric target type");
        if (!type.equals("Utilization") && !type.equals("Value") && !type.equals("AverageValue")) {
            target.errors.invalid(target.at("type"), type, "must be either Utilization, Value, or AverageValue");
        }
        for (String name : new String[] {"value", "averageValue"}) {
            Quantity quantity = target.quantity(name);
            if (quantity != null && quantity.signum() <= 0) {
                target.errors.invalid(target.at(name), quantity.toString(), "must be positive");
            }
        }
        if (target.has("averageUtilization") && target.number("averageUtilization") < 1) {
            target.invalid("averageUtilization", "must be greater than 0");
        }
    }

    private static void rules(Fields rules) {
        long window = rules.number("stabilizationWindowSeconds");
        if (window < 0) {
            rules.invalid("stabilizationWindowSeconds", "must be greater than or equal to zero");
        } else if (window > 3600) {
            rules.invalid("stabilizationWindowSeconds", "must be less than or equal to 3600");
        }
        rules.oneOfIfPresent("selectPolicy", "Disabled", "Max", "Min");
        rules.requiredValue("policies", "must specify at least one Policy");
        rules.each("policies", policy -> {
            policy.oneOf("type", "Percent", "Pods");
            for (String name : new String[] {"value", "periodSeconds"}) {
                if (policy.number(name) <= 0) {
                    policy.errors.invalid(policy.at(name), policy.number(name), "must be greater than zero");
                }
            }
            if (policy.number("periodSeconds") > 1800) {
                policy.invalid("periodSeconds", "must be less than or equal to 1800");
            }
        });
        Quantity tolerance = rules.quantity("tolerance");
        if (tolerance != null && tolerance.signum() < 0) {
            rules.errors.invalid(rules.at("tolerance"), tolerance.toString(), "must be greater than or equal to 0");
        }
    }
}
