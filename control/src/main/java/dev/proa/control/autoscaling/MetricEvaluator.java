package dev.proa.control.autoscaling;

import dev.proa.api.autoscaling.v2.ExternalMetricSource;
import dev.proa.api.autoscaling.v2.MetricIdentifier;
import dev.proa.api.autoscaling.v2.MetricSpec;
import dev.proa.api.autoscaling.v2.MetricStatus;
import dev.proa.api.autoscaling.v2.MetricTarget;
import dev.proa.api.autoscaling.v2.ObjectMetricSource;
import dev.proa.api.autoscaling.v2.PodsMetricSource;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.control.autoscaling.MetricOutcome.Failed;
import dev.proa.control.autoscaling.MetricOutcome.Proposed;
import dev.proa.control.autoscaling.ReplicaCalculator.Proposal;
import dev.proa.control.shared.SelectorText;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Computes the number of replicas for each metric of an autoscaler.
 *
 * @param selector of the workload's pods
 * @param existing how many replicas the workload has
 */
record MetricEvaluator(
        MetricsSource source, String namespace, LabelSelector selector, ReplicaCalculator calculator, int existing) {

    MetricOutcome evaluate(MetricSpec spec) {
        return switch (spec.type()) {
            case "Object" ->
                attempt(
                        "FailedGetObjectMetric",
                        "failed to get object metric value",
                        isShared(spec.object())
                                ? "failed to get " + spec.object().metric().name() + " object metric"
                                : "",
                        () -> object(spec));
            case "Pods" -> attempt("FailedGetPodsMetric", "failed to get pods metric value", "", () -> pods(spec));
            case "Resource" -> {
                String name = spec.resource().name();
                yield attempt(
                        "FailedGetResourceMetric",
                        "failed to get " + name + " resource metric value",
                        "",
                        () -> resource(
                                spec, "resource", name, "", spec.resource().target()));
            }
            case "ContainerResource" -> {
                String container = spec.containerResource().container();
                yield attempt(
                        "FailedGetContainerResourceMetric",
                        "failed to get " + container + " container metric value",
                        "",
                        () -> resource(
                                spec,
                                "containerResource",
                                spec.containerResource().name(),
                                container,
                                spec.containerResource().target()));
            }
            case "External" -> {
                String name = spec.external().metric().name();
                yield attempt(
                        "FailedGetExternalMetric",
                        "failed to get " + name + " external metric value",
                        externalContext(spec.external()),
                        () -> external(spec));
            }
            default -> {
                String error = "unknown metric source type \"" + spec.type() + "\"";
                yield new Failed("InvalidMetricSourceType", error, error, true);
            }
        };
    }

    /** @param inner what the error names beside {@code outer}, and the event does not; empty for nothing */
    private static MetricOutcome attempt(String reason, String outer, String inner, Supplier<Proposed> evaluation) {
        try {
            return evaluation.get();
        } catch (MetricException e) {
            MetricException within = inner.isEmpty() ? e : e.during(inner);
            return new Failed(reason, text(e), text(within.during(outer)), false);
        }
    }

    private static String text(MetricException e) {
        return String.valueOf(e.getMessage());
    }

    private Proposed resource(MetricSpec spec, String field, String resource, String container, MetricTarget target) {
        MapValue current;
        Proposal proposal;
        String metric;
        if (target.hasAverageValue()) {
            proposal = during(
                    "failed to get " + resource + " usage",
                    () -> calculator.ofAverage(
                            usage(resource, container), target.averageValue().milliValue(), resource));
            current = MapValue.of("averageValue", quantity(resource, proposal.usage()));
            metric = resource + " resource";
        } else if (target.hasAverageUtilization()) {
            proposal = during(
                    "failed to get " + resource + " utilization",
                    () -> calculator.ofUtilization(
                            usage(resource, container), target.averageUtilization(), resource, container));
            current = MapValue.of(
                    "averageUtilization",
                    (long) proposal.utilization(),
                    "averageValue",
                    quantity(resource, proposal.usage()));
            metric = resource + (container.isEmpty() ? "" : " container")
                    + " resource utilization (percentage of request)";
        } else {
            throw new MetricException("invalid resource metric source: neither an average utilization target nor an"
                    + " average value (usage) target was set");
        }
        MapValue source = spec.value().map(field).without("target");
        return new Proposed(proposal.replicas(), metric, status(spec, field, source, current));
    }

    private Map<String, PodMetric> usage(String resource, String container) {
        return during(
                "unable to get metrics for resource " + resource,
                () -> source.resource(resource, namespace, selector, container));
    }

    private Proposed pods(MetricSpec spec) {
        PodsMetricSource pods = spec.pods();
        String name = pods.metric().name();
        LabelSelector metrics = selectorOf(pods.metric());
        Map<String, PodMetric> values =
                during("unable to get metric " + name, () -> source.pods(name, namespace, selector, metrics));
        Proposal proposal =
                calculator.ofAverage(values, pods.target().averageValue().milliValue(), "");
        return new Proposed(
                proposal.replicas(),
                "pods metric " + name,
                status(spec, "pods", metric(pods.metric()), average(proposal.usage())));
    }

    private Proposed object(MetricSpec spec) {
        ObjectMetricSource object = spec.object();
        boolean shared = isShared(object);
        if (!shared
                && !(object.target().type().equals("Value") && object.target().hasValue())) {
            throw new MetricException(
                    "invalid object metric source: neither a value target nor an average value target was set");
        }
        String kind = object.describedObject().kind();
        String name = object.metric().name();
        LabelSelector metrics = selectorOf(object.metric());
        long usage;
        try {
            usage = source.object(name, namespace, object.describedObject(), metrics);
        } catch (MetricException e) {
            // in the order of upstream, whose format mixes them up
            throw new MetricException("unable to get metric " + name + ": " + kind + " on " + namespace + " "
                    + object.describedObject().name() + "/" + e.getMessage());
        }
        MapValue described = metric(object.metric())
                .with("describedObject", object.describedObject().value());
        if (shared) {
            Proposal proposal = calculator.ofSharedValue(
                    usage, object.target().averageValue().milliValue(), existing);
            return new Proposed(
                    proposal.replicas(),
                    externalName(object.metric()),
                    status(spec, "object", described, average(proposal.usage())));
        }
        Proposal proposal = calculator.ofValue(usage, object.target().value_().milliValue());
        return new Proposed(
                proposal.replicas(),
                kind + " metric " + name,
                status(spec, "object", described, value(proposal.usage())));
    }

    /** Whether the target is an average: the pods share the value. */
    private static boolean isShared(ObjectMetricSource object) {
        return object.target().type().equals("AverageValue") && object.target().hasAverageValue();
    }

    private Proposed external(MetricSpec spec) {
        ExternalMetricSource external = spec.external();
        MetricTarget target = external.target();
        if (!target.hasAverageValue() && !target.hasValue()) {
            throw new MetricException(
                    "invalid external metric source: neither a value target nor an average value target was set");
        }
        String name = external.metric().name();
        LabelSelector metrics = selectorOf(external.metric());
        List<Long> values = during(
                "unable to get external metric " + namespace + "/" + name + "/" + printed(external.metric()),
                () -> source.external(name, namespace, metrics));
        long usage = ReplicaCalculator.sum(values);
        boolean shared = target.hasAverageValue();
        Proposal proposal = shared
                ? calculator.ofSharedValue(usage, target.averageValue().milliValue(), existing)
                : calculator.ofValue(usage, target.value_().milliValue());
        MapValue current = shared ? average(proposal.usage()) : value(proposal.usage());
        return new Proposed(
                proposal.replicas(),
                externalName(external.metric()),
                status(spec, "external", metric(external.metric()), current));
    }

    private static String externalContext(ExternalMetricSource external) {
        String name = external.metric().name();
        if (external.target().hasAverageValue()) {
            return "failed to get " + name + " external metric";
        }
        return external.target().hasValue() ? "failed to get external metric " + name : "";
    }

    private static String externalName(MetricIdentifier metric) {
        return "external metric " + metric.name() + "(" + printed(metric) + ")";
    }

    private static String printed(MetricIdentifier metric) {
        return SelectorText.printed(metric.hasSelector() ? metric.selector().value() : null);
    }

    private static LabelSelector selectorOf(MetricIdentifier metric) {
        try {
            return metric.hasSelector() ? LabelSelector.of(metric.selector()) : LabelSelector.NOTHING;
        } catch (IllegalArgumentException e) {
            throw new MetricException(String.valueOf(e.getMessage()));
        }
    }

    private static <T> T during(String what, Supplier<T> action) {
        try {
            return action.get();
        } catch (MetricException e) {
            throw e.during(what);
        }
    }

    private static MetricStatus status(MetricSpec spec, String field, MapValue source, MapValue current) {
        return new MetricStatus(MapValue.of("type", spec.type(), field, source.with("current", current)));
    }

    private static MapValue metric(MetricIdentifier metric) {
        return MapValue.of("metric", metric.value());
    }

    private static MapValue average(long milli) {
        return MapValue.of("averageValue", Quantity.ofMilli(milli).toString());
    }

    private static MapValue value(long milli) {
        return MapValue.of("value", Quantity.ofMilli(milli).toString());
    }

    /** Memory is written with binary suffixes, as by the metrics server. */
    private static String quantity(String resource, long milli) {
        return resource.equals("memory")
                ? Quantity.of(BigDecimal.valueOf(milli, 3), Quantity.Format.BINARY_SI)
                        .toString()
                : Quantity.ofMilli(milli).toString();
    }
}
