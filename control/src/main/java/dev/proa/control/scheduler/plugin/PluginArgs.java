package dev.proa.control.scheduler.plugin;

import dev.proa.api.core.v1.TopologySpreadConstraint;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a profile's plugins.
 *
 * @param balancedResources what {@link NodeResourcesBalancedAllocation} balances
 * @param defaultConstraints what {@link PodTopologySpread} spreads pods by that do not say so; null for what Kubernetes does
 * @param bindTimeout how long the binding of volumes may take
 */
public record PluginArgs(
        DefaultPreemptionArgs defaultPreemption,
        NodeResourcesFitArgs nodeResourcesFit,
        List<String> balancedResources,
        NodeAffinityArgs nodeAffinity,
        InterPodAffinity.Args interPodAffinity,
        @Nullable List<TopologySpreadConstraint> defaultConstraints,
        Duration bindTimeout) {
    public static final PluginArgs DEFAULT = new PluginArgs(
            DefaultPreemptionArgs.DEFAULT,
            NodeResourcesFitArgs.DEFAULT,
            List.of("cpu", "memory"),
            NodeAffinityArgs.NONE,
            InterPodAffinity.Args.DEFAULT,
            null,
            Duration.ofMinutes(10));

    public PluginArgs {
        balancedResources = List.copyOf(balancedResources);
        defaultConstraints = defaultConstraints == null ? null : List.copyOf(defaultConstraints);
    }
}
