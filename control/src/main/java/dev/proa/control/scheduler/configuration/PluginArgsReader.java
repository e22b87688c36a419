package dev.proa.control.scheduler.configuration;

import dev.proa.api.config.ConfigObject;
import dev.proa.api.status.FieldError;
import dev.proa.control.scheduler.plugin.DefaultPreemptionArgs;
import dev.proa.control.scheduler.plugin.InterPodAffinity;
import dev.proa.control.scheduler.plugin.NodeAffinityArgs;
import dev.proa.control.scheduler.plugin.NodeResourcesFitArgs;
import dev.proa.control.scheduler.plugin.PluginArgs;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the arguments of a profile's plugins. */
final class PluginArgsReader {
    private static final String GROUP = "kubescheduler.config.k8s.io";
    private static final Set<String> CONFIGURABLE = Set.of(
            "DefaultPreemption",
            "DynamicResources",
            "InterPodAffinity",
            "NodeAffinity",
            "NodeResourcesBalancedAllocation",
            "NodeResourcesFit",
            "PodTopologySpread",
            "VolumeBinding");

    private final List<FieldError> errors;

    PluginArgsReader(List<FieldError> errors) {
        this.errors = errors;
    }

    /** @param ignoredResources if not empty, what {@code NodeResourcesFit} ignores whatever its own arguments say */
    PluginArgs read(List<ConfigObject> configs, Set<String> ignoredResources) {
        Map<String, ConfigObject> args = new HashMap<>();
        Set<String> seen = new HashSet<>();
        for (ConfigObject config : configs) {
            String name = config.text("name", "");
            if (!seen.add(name)) {
                errors.add(FieldError.duplicate(config.place(""), name));
            }
            if (ProfileReader.isRemoved(name)) {
                errors.add(FieldError.invalid(config.place(""), name, ProfileReader.removed()));
            }
            if (CONFIGURABLE.contains(name)) {
                config.object("args").ifPresent(object -> {
                    checkKind(object, name);
                    args.putIfAbsent(name, object);
                });
            } else {
                config.ignore("args"); // of a plugin that is not of this scheduler
            }
        }
        NodeResourcesFitArgs fit = Optional.ofNullable(args.get("NodeResourcesFit"))
                .map(new ResourceArgsReader(errors)::fit)
                .orElse(NodeResourcesFitArgs.DEFAULT);
        Optional.ofNullable(args.get("DynamicResources")).ifPresent(this::dynamicResources);
        Optional<ConfigObject> spread = Optional.ofNullable(args.get("PodTopologySpread"));
        return new PluginArgs(
                Optional.ofNullable(args.get("DefaultPreemption"))
                        .map(this::preemption)
                        .orElse(DefaultPreemptionArgs.DEFAULT),
                ignoredResources.isEmpty()
                        ? fit
                        : new NodeResourcesFitArgs(
                                ignoredResources, fit.ignoredResourceGroups(), fit.scoringStrategy()),
                Optional.ofNullable(args.get("NodeResourcesBalancedAllocation"))
                        .map(new ResourceArgsReader(errors)::balanced)
                        .orElse(PluginArgs.DEFAULT.balancedResources()),
                Optional.ofNullable(args.get("NodeAffinity"))
                        .map(new ObjectArgsReader(errors)::nodeAffinity)
                        .orElse(NodeAffinityArgs.NONE),
                Optional.ofNullable(args.get("InterPodAffinity"))
                        .map(this::interPodAffinity)
                        .orElse(InterPodAffinity.Args.DEFAULT),
                spread.isEmpty() ? null : new ObjectArgsReader(errors).defaultConstraints(spread.get()),
                Optional.ofNullable(args.get("VolumeBinding"))
                        .map(this::bindTimeout)
                        .orElse(PluginArgs.DEFAULT.bindTimeout()));
    }

    /** The type may be left out; if it is there, it must be that of the plugin. */
    private static void checkKind(ConfigObject object, String plugin) {
        String kind = object.text("kind", plugin + "Args");
        String version = object.text("apiVersion", GROUP + "/v1");
        if (!kind.equals(plugin + "Args") || !version.equals(GROUP + "/v1")) {
            throw object.problem(
                    "",
                    "args for plugin " + plugin + " were not of type " + plugin + "Args." + GROUP + ", got " + kind
                            + "." + version.replaceFirst("/.*", ""));
        }
    }

    private DefaultPreemptionArgs preemption(ConfigObject args) {
        String percentageField = "minCandidateNodesPercentage";
        String absoluteField = "minCandidateNodesAbsolute";
        long percentage = args.integer(percentageField, DefaultPreemptionArgs.DEFAULT.minCandidateNodesPercentage());
        long absolute = args.integer(absoluteField, DefaultPreemptionArgs.DEFAULT.minCandidateNodesAbsolute());
        if (percentage < 0 || percentage > 100) {
            errors.add(FieldError.invalid(args.place(percentageField), percentage, "not in valid range [0, 100]"));
        }
        if (absolute < 0) {
            errors.add(FieldError.invalid(args.place(absoluteField), absolute, "not in valid range [0, inf)"));
        }
        if (percentage == 0 && absolute == 0) {
            String both = "cannot be zero at the same time as ";
            errors.add(FieldError.invalid(args.place(percentageField), percentage, both + absoluteField));
            errors.add(FieldError.invalid(args.place(absoluteField), absolute, both + percentageField));
        }
        return new DefaultPreemptionArgs((int) percentage, (int) Math.min(absolute, Integer.MAX_VALUE));
    }

    private InterPodAffinity.Args interPodAffinity(ConfigObject args) {
        long weight = args.integer("hardPodAffinityWeight", 1);
        if (weight < 0 || weight > 100) {
            errors.add(FieldError.invalid(args.place("hardPodAffinityWeight"), weight, "not in valid range [0, 100]"));
        }
        return new InterPodAffinity.Args((int) weight, args.bool("ignorePreferredTermsOfExistingPods", false));
    }

    private Duration bindTimeout(ConfigObject args) {
        long seconds = args.integer("bindTimeoutSeconds", 600);
        if (seconds < 0) {
            errors.add(FieldError.invalid(
                    args.place("bindTimeoutSeconds"),
                    seconds,
                    "invalid BindTimeoutSeconds, should not be a negative value"));
        }
        if (args.has("shape")) {
            throw args.problem(
                    "shape", "unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring");
        }
        return Duration.ofSeconds(Math.max(0, seconds));
    }

    private void dynamicResources(ConfigObject args) {
        Duration filter = args.duration("filterTimeout", Duration.ofSeconds(10));
        if (filter.isNegative()) {
            errors.add(FieldError.invalid(args.place("filterTimeout"), filter, "must be zero or positive"));
        }
        Duration binding = args.duration("bindingTimeout", Duration.ofMinutes(10));
        if (binding.compareTo(Duration.ofSeconds(1)) < 0) {
            errors.add(FieldError.invalid(args.place("bindingTimeout"), binding, "must be at least 1 second"));
        }
    }
}
