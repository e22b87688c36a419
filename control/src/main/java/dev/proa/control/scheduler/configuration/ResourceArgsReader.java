package dev.proa.control.scheduler.configuration;

import dev.proa.api.config.ConfigObject;
import dev.proa.api.selector.LabelRules;
import dev.proa.api.status.FieldError;
import dev.proa.control.scheduler.plugin.NodeResourcesFitArgs;
import dev.proa.control.scheduler.plugin.PluginArgs;
import dev.proa.control.scheduler.plugin.ScoringStrategy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the arguments of the plugins that look at resources. */
final class ResourceArgsReader {
    private static final Map<String, ScoringStrategy.Type> TYPES = new LinkedHashMap<>();

    static {
        TYPES.put("LeastAllocated", ScoringStrategy.Type.LEAST_ALLOCATED);
        TYPES.put("MostAllocated", ScoringStrategy.Type.MOST_ALLOCATED);
        TYPES.put("RequestedToCapacityRatio", ScoringStrategy.Type.REQUESTED_TO_CAPACITY_RATIO);
    }

    private final List<FieldError> errors;

    ResourceArgsReader(List<FieldError> errors) {
        this.errors = errors;
    }

    NodeResourcesFitArgs fit(ConfigObject args) {
        List<String> resources = args.texts("ignoredResources");
        for (int i = 0; i < resources.size(); i++) {
            errors.addAll(LabelRules.keyErrors(args.place("ignoredResources[" + i + "]"), resources.get(i)));
        }
        List<String> groups = args.texts("ignoredResourceGroups");
        for (int i = 0; i < groups.size(); i++) {
            String place = args.place("ignoredResourceGroups[" + i + "]");
            if (groups.get(i).contains("/")) {
                errors.add(FieldError.invalid(place, groups.get(i), "resource group name can't contain '/'"));
            }
            errors.addAll(LabelRules.keyErrors(place, groups.get(i)));
        }
        return new NodeResourcesFitArgs(
                new HashSet<>(resources),
                new HashSet<>(groups),
                args.object("scoringStrategy")
                        .map(this::strategy)
                        .orElse(NodeResourcesFitArgs.DEFAULT.scoringStrategy()));
    }

    private ScoringStrategy strategy(ConfigObject strategy) {
        String name = strategy.text("type", "");
        ScoringStrategy.Type type = TYPES.get(name);
        if (type == null) {
            errors.add(FieldError.notSupported(strategy.place("type"), name, TYPES.keySet()));
        }
        List<ScoringStrategy.Weighted> resources = weighted(strategy);
        for (int i = 0; i < resources.size(); i++) {
            ScoringStrategy.Weighted resource = resources.get(i);
            if (resource.weight() <= 0 || resource.weight() > 100) {
                errors.add(FieldError.invalid(
                        strategy.place("resources[" + i + "].weight"),
                        resource.weight(),
                        "resource weight of " + resource.resource() + " not in valid range (0, 100]"));
            }
        }
        Optional<ConfigObject> ratio = strategy.object("requestedToCapacityRatio");
        List<ScoringStrategy.Point> shape = ratio.map(this::shape).orElse(List.of());
        String place = strategy.place("requestedToCapacityRatio");
        if (type != ScoringStrategy.Type.REQUESTED_TO_CAPACITY_RATIO) {
            if (ratio.isPresent()) {
                errors.add(FieldError.forbidden(place, "must be nil when type is not RequestedToCapacityRatio"));
            }
        } else if (ratio.isEmpty()) {
            errors.add(FieldError.required(place, "must be specified when type is RequestedToCapacityRatio"));
        } else {
            checkShape(place + ".shape", shape);
        }
        return new ScoringStrategy(
                type == null ? ScoringStrategy.Type.LEAST_ALLOCATED : type,
                resources.isEmpty()
                        ? NodeResourcesFitArgs.DEFAULT.scoringStrategy().resources()
                        : resources,
                shape);
    }

    private static List<ScoringStrategy.Weighted> weighted(ConfigObject object) {
        List<ScoringStrategy.Weighted> resources = new ArrayList<>();
        for (ConfigObject resource : object.objects("resources")) {
            long weight = resource.integer("weight", 0);
            resources.add(new ScoringStrategy.Weighted(resource.text("name", ""), weight == 0 ? 1 : weight));
        }
        return resources;
    }

    private List<ScoringStrategy.Point> shape(ConfigObject ratio) {
        List<ScoringStrategy.Point> shape = new ArrayList<>();
        for (ConfigObject point : ratio.objects("shape")) {
            shape.add(new ScoringStrategy.Point(point.int32("utilization", 0), point.int32("score", 0)));
        }
        return shape;
    }

    private void checkShape(String place, List<ScoringStrategy.Point> shape) {
        if (shape.isEmpty()) {
            errors.add(FieldError.required(place, "at least one point must be specified"));
        }
        for (int i = 1; i < shape.size(); i++) {
            int utilization = shape.get(i).utilization();
            if (shape.get(i - 1).utilization() >= utilization) {
                errors.add(FieldError.invalid(
                        place + "[" + i + "].utilization", utilization, "values must be sorted in increasing order"));
                break;
            }
        }
        for (int i = 0; i < shape.size(); i++) {
            ScoringStrategy.Point point = shape.get(i);
            if (point.utilization() < 0 || point.utilization() > 100) {
                errors.add(FieldError.invalid(
                        place + "[" + i + "].utilization", point.utilization(), "not in valid range [0, 100]"));
            }
            if (point.score() < 0 || point.score() > 10) {
                errors.add(
                        FieldError.invalid(place + "[" + i + "].score", point.score(), "not in valid range [0, 10]"));
            }
        }
    }

    List<String> balanced(ConfigObject args) {
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        List<ScoringStrategy.Weighted> resources = weighted(args);
        for (int i = 0; i < resources.size(); i++) {
            String place = args.place("resources[" + i + "]");
            String name = resources.get(i).resource();
            if (!seen.add(name)) {
                errors.add(FieldError.duplicate(place + ".name", name));
            }
            if (resources.get(i).weight() != 1) {
                errors.add(
                        FieldError.invalid(place + ".weight", resources.get(i).weight(), "must be 1"));
            }
            names.add(name);
        }
        return names.isEmpty() ? PluginArgs.DEFAULT.balancedResources() : names;
    }
}
